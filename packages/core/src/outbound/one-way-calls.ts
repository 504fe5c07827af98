import { abortError } from "../call/call-errors.js";
import type { FlushOptions } from "../call/connection.js";
import { Deadline } from "../call/deadline.js";
import { RpcError } from "../errors/rpc-error.js";

/** Everything that {@link OneWayCalls} needs of its session. */
export interface OneWayCallsOptions {
  /** Bytes that may be unconfirmed. */
  readonly maxBytes: number;
  /** Asks the peer to answer once the calls before have begun. */
  readonly ask: (number: number) => void;
  /** Called when the peer has answered. */
  readonly onConfirmed: () => void;
}

/** The cost of a call beside its bytes, as the peer counts it for a call that waits there. */
const overheadBytes = 1024;

/** A question to the peer that is not answered yet. */
interface Question {
  readonly number: number;
  /** Totals of everything that was sent before it. */
  readonly bytes: number;
  readonly calls: number;
  readonly waiters: { readonly resolve: () => void; readonly reject: (error: RpcError) => void }[];
}

/**
 * Bounds the one-way calls of this side that the peer has not confirmed. Each time that a quarter
 * of the bound was sent the peer is asked to confirm, so few calls cost nothing.
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
   * Makes room for a call. A single call may be larger than the bound.
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

  /** Asks the peer to confirm what was sent, unless it was asked already. */
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

  /** The peer has answered a question, and with it all questions before. */
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

  /** The connection is over. */
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
