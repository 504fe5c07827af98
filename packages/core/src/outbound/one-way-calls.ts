import { abortError } from "../call/call-errors.js";
import type { FlushOptions } from "../call/connection.js";
import { Deadline } from "../call/deadline.js";
import { RpcError } from "../errors/rpc-error.js";

/** Options for {@link OneWayCalls}. */
export interface OneWayCallsOptions {
  /** Bytes that may be unconfirmed. */
  readonly maxBytes: number;
  /** Asks the peer for an answer once the calls sent before have begun. */
  readonly ask: (number: number) => void;
  /** Called when the peer has answered. */
  readonly onConfirmed: () => void;
}

/** Bytes that are counted per call beside its message, as the peer does for its queue. */
const overheadBytes = 1024;

/** A request for confirmation that the peer has not answered. */
interface Question {
  readonly number: number;
  /** Totals of everything sent before it. */
  readonly bytes: number;
  readonly calls: number;
  readonly waiters: { readonly resolve: () => void; readonly reject: (error: RpcError) => void }[];
}

/**
 * Bounds the unconfirmed one-way calls of this side. The peer is asked to confirm after each
 * quarter of the bound, so that few calls cost nothing.
 */
export class OneWayCalls {
  readonly #options: OneWayCallsOptions;
  /** Oldest first. */
  readonly #questions: Question[] = [];
  #asked = 0;
  /** Totals since the connection began. */
  #sentBytes = 0;
  #sentCalls = 0;
  #askedBytes = 0;
  #confirmedBytes = 0;
  #confirmedCalls = 0;

  constructor(options: OneWayCallsOptions) {
    this.#options = options;
  }

  /** Calls that the peer has not confirmed. */
  get unconfirmed(): number {
    return this.#sentCalls - this.#confirmedCalls;
  }

  /** Questions that the peer has not answered. */
  get asking(): number {
    return this.#questions.length;
  }

  /**
   * Checks that the bound allows a call. A single call may be larger than the bound.
   * @throws {RpcError} `resourceExhausted` if too much is unconfirmed.
   */
  admit(bytes: number, label: string): void {
    const unconfirmed = this.#sentBytes - this.#confirmedBytes;
    const { maxBytes } = this.#options;
    if (unconfirmed === 0 || unconfirmed + bytes + overheadBytes <= maxBytes) return;
    this.confirm();
    throw new RpcError(
      "resourceExhausted",
      `${label} was not sent: the peer has not confirmed maxOneWayBytes = ${maxBytes} bytes of one-way calls; ` +
        "await connection.flush() from time to time",
    );
  }

  /** Counts a call that was sent. */
  sent(bytes: number): void {
    this.#sentBytes += bytes + overheadBytes;
    this.#sentCalls++;
    if (this.#sentBytes - this.#askedBytes > this.#options.maxBytes / 4) this.#ask();
  }

  /** Asks the peer to confirm the calls so far, unless it was asked already. */
  confirm(): void {
    if (this.#askedBytes < this.#sentBytes) this.#ask();
  }

  /** Resolves once the peer has confirmed everything that was sent before. */
  flush({ timeoutMs = Number.POSITIVE_INFINITY, signal }: FlushOptions): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(abortError("flush", signal));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#ask().waiters.push({ resolve, reject });
    if (timeoutMs === Number.POSITIVE_INFINITY && signal === undefined) return promise;
    const late = `flush: the peer did not confirm within ${timeoutMs} ms`;
    const deadline = new Deadline(timeoutMs, () => reject(new RpcError("deadlineExceeded", late)));
    const onAbort = () => signal !== undefined && reject(abortError("flush", signal));
    signal?.addEventListener("abort", onAbort);
    return promise.finally(() => {
      deadline.clear();
      signal?.removeEventListener("abort", onAbort);
    });
  }

  /** Handles the peer's answer to a question, which also answers all earlier ones. */
  answered(number: number): void {
    for (let first = this.#questions[0]; first !== undefined && first.number <= number; ) {
      this.#questions.shift();
      this.#confirmedBytes = first.bytes;
      this.#confirmedCalls = first.calls;
      for (const { resolve } of first.waiters) resolve();
      first = this.#questions[0];
    }
    this.#options.onConfirmed();
  }

  /** Fails everything that is still pending, because the connection has ended. */
  end(error: RpcError): void {
    for (const { waiters } of this.#questions.splice(0)) for (const { reject } of waiters) reject(error);
  }

  #ask(): Question {
    const number = ++this.#asked;
    const question = { number, bytes: this.#sentBytes, calls: this.#sentCalls, waiters: [] };
    this.#questions.push(question);
    this.#askedBytes = this.#sentBytes;
    this.#options.ask(number);
    return question;
  }
}
