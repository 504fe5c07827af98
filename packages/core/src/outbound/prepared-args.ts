import { RpcError } from "../errors/rpc-error.js";
import type { ReferenceWriter } from "../references/exchanges.js";
import { convertArgs, type Method, referenceUsage } from "../service/method.js";
import type { PreparedArgs } from "../service/service.js";
import { sendConversion } from "../shape/conversion.js";
import type { Exchange, Shape } from "../shape/shape.js";
import { ShapeMismatch } from "../shape/shape-mismatch.js";
import { defaultLimits } from "../transport/limits.js";
import { EncodedValue } from "../wire/encode.js";

/**
 * Arguments that were checked and encoded when the call was made. For a call that waits before it
 * is sent, or that goes to many connections.
 */
export class EncodedArgs implements PreparedArgs {
  readonly method: Method;
  /** The original arguments. */
  readonly args: readonly unknown[];
  readonly encoded: EncodedValue;
  readonly #references: RecordedExchange | undefined;

  /** @throws {RpcError} `invalidArgument` if an argument is not of its type. */
  constructor(method: Method, args: readonly unknown[], maxNesting = defaultLimits.maxNesting) {
    this.method = method;
    this.args = args;
    this.#references = referenceUsage(method).args ? new RecordedExchange() : undefined;
    try {
      this.encoded = new EncodedValue(
        convertArgs(method, args, sendConversion(maxNesting, this.#references)),
      );
    } catch (thrown) {
      if (!(thrown instanceof ShapeMismatch)) throw thrown;
      throw new RpcError("invalidArgument", thrown.describe());
    }
  }

  /**
   * Encodes arguments. Returns undefined if they cannot be encoded: the call itself fails for the
   * same reason.
   */
  static tryEncode(method: Method, args: readonly unknown[], maxNesting?: number): EncodedArgs | undefined {
    try {
      return new EncodedArgs(method, args, maxNesting);
    } catch {
      return undefined;
    }
  }

  /** Returns true for a method without references, whose numbers would differ per connection. */
  static possible(method: Method): boolean {
    return !referenceUsage(method).args;
  }

  /**
   * Adds the references in the arguments to the exchange of the connection that sends them.
   * @throws {ShapeMismatch} if one was released since.
   */
  giveTo(exchange: ReferenceWriter): void {
    for (const { value, shape } of this.#references?.given ?? []) exchange.give(value, shape);
    exchange.signals.push(...(this.#references?.signals ?? []));
  }
}

/** Records the references in arguments before their connection is known. */
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
