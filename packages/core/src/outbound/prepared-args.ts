import { RpcError } from "../errors/rpc-error.js";
import type { ReferenceWriter } from "../references/exchanges.js";
import { convertArgs, type Method, referenceUsage } from "../service/method.js";
import type { PreparedArgs } from "../service/service.js";
import type { Exchange, Shape } from "../shape/shape.js";
import { ShapeMismatch } from "../shape/shape-mismatch.js";
import { defaultLimits } from "../transport/limits.js";
import { EncodedValue } from "../wire/encode.js";

/**
 * Arguments as they were when they were handed over, checked and encoded once: for a call that
 * waits before it is sent, or that is made on many connections.
 */
export class EncodedArgs implements PreparedArgs {
  readonly method: Method;
  /** As they were given. */
  readonly args: readonly unknown[];
  readonly encoded: EncodedValue;
  readonly #references: RecordedExchange | undefined;

  /** @throws {RpcError} `invalidArgument` if they are not of their types. */
  constructor(method: Method, args: readonly unknown[], maxNesting = defaultLimits.maxNesting) {
    this.method = method;
    this.args = args;
    this.#references = referenceUsage(method).args ? new RecordedExchange() : undefined;
    try {
      this.encoded = new EncodedValue(convertArgs(method, args, true, maxNesting, this.#references));
    } catch (thrown) {
      if (!(thrown instanceof ShapeMismatch)) throw thrown;
      throw new RpcError("invalidArgument", thrown.describe());
    }
  }

  /** Undefined for arguments that cannot be encoded: the call itself fails for the same reason. */
  static tryEncode(method: Method, args: readonly unknown[], maxNesting?: number): EncodedArgs | undefined {
    try {
      return new EncodedArgs(method, args, maxNesting);
    } catch {
      return undefined;
    }
  }

  /** What refers to something has another number on each connection. */
  static possible(method: Method): boolean {
    return !referenceUsage(method).args;
  }

  /**
   * Puts what they refer to into the exchange of the connection that they are sent on.
   * @throws {ShapeMismatch} if it was released since.
   */
  giveTo(exchange: ReferenceWriter): void {
    for (const { value, shape } of this.#references?.given ?? []) exchange.give(value, shape);
    exchange.signals.push(...(this.#references?.signals ?? []));
  }
}

/** Notes what arguments refer to before it is known which connection they go to. */
class RecordedExchange implements Exchange {
  readonly given: { readonly value: object; readonly shape: Shape }[] = [];
  readonly signals: AbortSignal[] = [];

  get mark(): number {
    return this.given.length;
  }

  give(value: object, shape: Shape): number {
    return this.given.push({ value, shape }) - 1;
  }

  take(): never {
    throw new ShapeMismatch("something to send", "something received");
  }

  listenTo(signal: AbortSignal): void {
    this.signals.push(signal);
  }

  signal(): never {
    return this.take();
  }

  forget(mark: number): void {
    this.given.length = mark;
  }
}
