import type { MessageSender } from "../call/message-sender.js";
import { noteOwnFailure } from "../call/own-failure.js";
import { errorMismatch } from "../call/typed-error.js";
import { type ExposeErrors, errorToWire, shortError, type WireError } from "../errors/error-wire.js";
import { RpcError } from "../errors/rpc-error.js";
import { discard } from "../references/discard.js";
import type { Exported } from "../references/exports.js";
import { noReferences } from "../references/ref-lifetime.js";
import type { References } from "../references/references.js";
import type { StreamShape } from "../references/shapes/stream-shape.js";
import type { StreamFailure } from "../references/streams/stream-producer.js";
import { declaredErrorOf, type ErrorType } from "../service/error-type.js";
import { convertResult, type Method, referenceUsage } from "../service/method.js";
import { convertWhole, sendConversion } from "../shape/conversion.js";
import { ShapeMismatch } from "../shape/shape-mismatch.js";
import { unknownShape } from "../shape/unknown-shape.js";
import type { Limits } from "../transport/limits.js";
import { encodeGone } from "../wire/messages/reference.js";
import { encodeError, encodeResult } from "../wire/messages/result.js";
import { encodeStreamEnd } from "../wire/messages/stream.js";

export interface ResponderOptions {
  readonly limits: Limits;
  readonly sender: MessageSender;
  /** Levels of nesting that the peer accepts. */
  readonly peerMaxNesting: number;
  readonly exposeErrors: ExposeErrors;
  /** Receives errors that the caller does not get in full. */
  readonly report: (error: unknown, method: string) => void;
  /** Breaks the connection to a peer that does not read its answers. */
  readonly fail: (error: RpcError) => void;
}

/** An error of a class that the method declares, with its converted fields. */
interface DeclaredError {
  readonly type: ErrorType;
  readonly fields: unknown;
}

/** The call that an answer is for. */
interface AnsweredCall {
  readonly context: { readonly method: string };
  readonly method: Method;
}

/** A call whose handler threw, with the object that was called. */
interface FailedCall extends AnsweredCall {
  readonly service: object;
  readonly kind: "service" | "object";
}

/**
 * Sends the answers to the peer's calls. Its methods never throw: an answer that cannot be sent is
 * replaced by an error that can.
 */
export class Responder {
  readonly #options: ResponderOptions;
  #whileCongested = 0;

  constructor(options: ResponderOptions) {
    this.#options = options;
  }

  /** Handles the end of congestion. */
  drained(): void {
    this.#whileCongested = 0;
  }

  /**
   * Sends a result, or an error if it is not of its type or too large.
   * @returns the objects that the caller now holds by reference.
   */
  result(
    id: number,
    { context, method }: AnsweredCall,
    value: unknown,
    references: References,
  ): readonly Exported[] {
    const { sender, peerMaxNesting, report } = this.#options;
    const label = context.method;
    let exported: readonly Exported[] = noReferences;
    const exchange = referenceUsage(method).result ? references.outgoing() : undefined;
    try {
      const what = `the result of ${label}`;
      if (exchange !== undefined) {
        const message = encodeResult(
          id,
          convertResult(method, value, sendConversion(peerMaxNesting, exchange)),
        );
        exported = references.exports.send(message, { what, label, exchange }).exported;
      } else
        sender.send(encodeResult(id, convertResult(method, value, sendConversion(peerMaxNesting))), what);
      this.#count();
    } catch (thrown) {
      if (exchange !== undefined) discard(exchange.given, report);
      if (thrown instanceof ShapeMismatch) {
        const wrong = `${label}: the handler's result is not of its declared type: `;
        // The caller gets the path. The value stays on this side.
        this.error(id, label, new RpcError("internal", wrong + thrown.describe(true)));
        report(new RpcError("internal", wrong + thrown.describe()), label);
      } else {
        this.error(id, label, thrown);
        report(thrown, label);
      }
    }
    return exported;
  }

  /** Releases the references in a result whose call has already settled. */
  discardResult(method: Method, value: unknown, references: References): void {
    if (!referenceUsage(method).result) return;
    const exchange = references.outgoing();
    try {
      convertResult(method, value, sendConversion(this.#options.peerMaxNesting, exchange));
    } catch {
      // The references before the value that cannot travel are in the exchange.
    }
    discard(exchange.given, this.#options.report);
  }

  /** Ends a stream, with an error if it failed. */
  streamEnd(
    stream: { readonly number: number; readonly label: string; readonly shape: StreamShape },
    failure: StreamFailure | undefined,
  ): void {
    const { number, label, shape } = stream;
    if (failure === undefined) return this.#options.sender.sendControl(encodeStreamEnd(number));
    const { thrown } = failure;
    const encode = (wire: WireError) => encodeStreamEnd(number, wire);
    if (!(thrown instanceof ShapeMismatch)) {
      const sent = this.#sendThrown({ label, errors: shape.errors }, thrown, encode);
      return noteOwnFailure(stream, { thrown, sent });
    }
    const item = `${label}: an item of the stream is not of its declared type: `;
    const shown = new RpcError("internal", item + thrown.describe(true));
    const sent = this.#sendError(label, { thrown: shown }, encode);
    noteOwnFailure(stream, { thrown: new RpcError("invalidArgument", item + thrown.describe()), sent });
    this.#options.report(new RpcError("internal", item + thrown.describe()), label);
  }

  /** Ends a reference that the peer holds, with an error if it failed. */
  gone(
    { number, label }: { readonly number: number; readonly label: string },
    error: RpcError | undefined,
  ): void {
    if (error === undefined) this.#options.sender.sendControl(encodeGone(number));
    else this.#sendError(label, { thrown: error }, (wire) => encodeGone(number, wire));
  }

  /**
   * Responder a call whose handler threw. An error of a class that the method declares is sent as
   * such. Errors that the caller does not get in full are reported.
   */
  thrown(id: number, { context, method, service, kind }: FailedCall, thrown: unknown): void {
    const sent = this.#sendThrown({ label: context.method, errors: method.errors }, thrown, (wire) =>
      encodeError(id, wire),
    );
    if (kind === "object") noteOwnFailure(service, { thrown, sent });
    this.#count();
  }

  /** Sends an error. */
  error(id: number, label: string, thrown: unknown): void {
    this.#sendError(label, { thrown }, (wire) => encodeError(id, wire));
    this.#count();
  }

  #sendThrown(
    { label, errors }: { readonly label: string; readonly errors: readonly ErrorType[] | undefined },
    thrown: unknown,
    encode: (error: WireError) => Uint8Array,
  ): WireError {
    const { report, peerMaxNesting } = this.#options;
    const type = declaredErrorOf(errors, thrown);
    if (type === undefined) {
      const sent = this.#sendError(label, { thrown }, encode);
      if (!(thrown instanceof RpcError)) report(thrown, label);
      return sent;
    }
    let fields: unknown;
    try {
      fields = convertWhole(type.fields, thrown, sendConversion(peerMaxNesting));
    } catch (failure) {
      const what = (hide: boolean) =>
        failure instanceof ShapeMismatch
          ? errorMismatch(type, failure, hide)
          : `an error ${type.name} that cannot be read`;
      const error = (hide: boolean) =>
        new RpcError("internal", `${label} threw ${what(hide)}`, { cause: thrown });
      const sent = this.#sendError(label, { thrown: error(true) }, encode);
      report(error(false), label);
      return sent;
    }
    return this.#sendError(label, { thrown, declared: { type, fields } }, encode);
  }

  #sendError(
    label: string,
    { thrown, declared }: { readonly thrown: unknown; readonly declared?: DeclaredError | undefined },
    encode: (error: WireError) => Uint8Array,
  ): WireError {
    const { exposeErrors: expose, limits, sender, peerMaxNesting } = this.#options;
    const { maxErrorChars } = limits;
    const error = errorToWire(thrown, {
      method: label,
      expose,
      maxErrorChars,
      declared: declared !== undefined,
    });
    const typed = declared === undefined ? undefined : { type: declared.type.name, fields: declared.fields };
    try {
      const details = convertWhole(unknownShape, error.details, sendConversion(peerMaxNesting));
      sender.send(encode({ ...error, ...typed, details }), `the error of ${label}`);
    } catch (failure) {
      // The details cannot travel or do not fit. The code and the beginning of the message do.
      sender.sendControl(encode(shortError(error)));
      const reason = failure instanceof ShapeMismatch ? `details${failure.describe()}` : String(failure);
      const lost = new RpcError("internal", `an error did not travel in full: ${reason}`, { cause: thrown });
      this.#options.report(lost, label);
    }
    return error;
  }

  /**
   * Counts answers under congestion. A peer that reads has fewer unread answers than calls. One
   * that does not read must not exhaust memory.
   */
  #count(): void {
    if (!this.#options.sender.congested) return;
    if (++this.#whileCongested > 2 * this.#options.limits.maxCallsInFlight) {
      this.#options.fail(
        new RpcError("resourceExhausted", "the peer keeps calling and does not read its answers"),
      );
    }
  }
}
