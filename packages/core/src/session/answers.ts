import { type ExposeErrors, errorToWire, shortError } from "../errors/error-wire.js";
import { RpcError } from "../errors/rpc-error.js";
import { convertResult, type Method } from "../service/method.js";
import { ShapeMismatch } from "../shape/shape-mismatch.js";
import { unknownShape } from "../shape/unknown-shape.js";
import type { Limits } from "../transport/limits.js";
import { encodeError, encodeResult } from "../wire/encode-message.js";
import type { Outbox } from "./outbox.js";

export interface AnswersOptions {
  readonly limits: Limits;
  readonly outbox: Outbox;
  /** Levels of nesting that the peer accepts. */
  readonly peerMaxNesting: number;
  readonly exposeErrors: ExposeErrors;
  /** Told of what the caller is not told in full. */
  readonly report: (error: unknown, method: string) => void;
  /** Ends the connection of a peer that lets answers pile up. */
  readonly fail: (error: RpcError) => void;
}

/** Sends the answers to the peer's calls. No call of it throws: an answer that cannot be sent becomes one that can. */
export class Answers {
  readonly #options: AnswersOptions;
  #whileCongested = 0;

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  /** The transport takes messages again. */
  drained(): void {
    this.#whileCongested = 0;
  }

  /** Answers with a result, or with the error that it is not of its type or too large. */
  result(id: number, call: { readonly label: string; readonly method: Method }, value: unknown): void {
    const { outbox, peerMaxNesting, report } = this.#options;
    const { label, method } = call;
    try {
      outbox.send(
        encodeResult(id, convertResult(method, value, true, peerMaxNesting)),
        `the result of ${label}`,
      );
      this.#count();
    } catch (thrown) {
      if (thrown instanceof ShapeMismatch) {
        // The caller learns where; what the value holds stays on this side.
        this.error(
          id,
          label,
          new RpcError("internal", `${label}: the handler returned a ${thrown.describe(true)}`),
        );
        report(new RpcError("internal", `${label}: the handler returned a ${thrown.describe()}`), label);
      } else {
        this.error(id, label, thrown);
        report(thrown, label);
      }
    }
  }

  /** Answers with an error. */
  error(id: number, label: string, thrown: unknown): void {
    const { exposeErrors: expose, limits, outbox, peerMaxNesting } = this.#options;
    const error = errorToWire(thrown, { method: label, expose, maxErrorChars: limits.maxErrorChars });
    try {
      const details = unknownShape.convert(error.details, true, peerMaxNesting);
      outbox.send(encodeError(id, { ...error, details }), `the error of ${label}`);
    } catch (failure) {
      // Details that cannot travel, or do not fit: the code and the beginning of the message still do.
      outbox.sendControl(encodeError(id, shortError(error)));
      const reason = failure instanceof ShapeMismatch ? `details${failure.describe()}` : String(failure);
      const lost = new RpcError("internal", `an error did not travel in full: ${reason}`, { cause: thrown });
      this.#options.report(lost, label);
    }
    this.#count();
  }

  /** A peer that reads lets no more answers pile up than it can have calls; one that does not must not fill the memory. */
  #count(): void {
    if (!this.#options.outbox.congested) return;
    if (++this.#whileCongested > 2 * this.#options.limits.maxCallsInFlight) {
      this.#options.fail(
        new RpcError("resourceExhausted", "the peer keeps calling and does not read its answers"),
      );
    }
  }
}
