import { abortError } from "../call/call-errors.js";
import { Deadline } from "../call/deadline.js";
import type { Session } from "../connection/session.js";
import { RpcError } from "../errors/rpc-error.js";
import type { CallOptions } from "../service/service.js";

/** The calls that wait until a connection is re-established. */
export class LinkWaiters {
  readonly #waiters = new Set<{
    readonly label: string;
    readonly resolve: (session: Session) => void;
    readonly reject: (error: RpcError) => void;
  }>();
  readonly #waitMs: number;
  readonly #onChange: () => void;

  /**
   * @param waitMs milliseconds that each call waits at most.
   * @param onChange called when a call starts or stops waiting.
   */
  constructor(waitMs: number, onChange: () => void) {
    this.#waitMs = waitMs;
    this.#onChange = onChange;
  }

  /** Number of waiting calls. */
  get size(): number {
    return this.#waiters.size;
  }

  /**
   * Resolves with the next link.
   * @throws {RpcError} `unavailable` after `waitMs`, `deadlineExceeded` after the call's own
   * timeout, or the error of its signal.
   */
  wait(label: string, { timeoutMs = Number.POSITIVE_INFINITY, signal }: CallOptions): Promise<Session> {
    const { promise, resolve, reject } = Promise.withResolvers<Session>();
    const waiter = { label, resolve, reject };
    const waitMs = Math.min(this.#waitMs, timeoutMs);
    const expire = () =>
      reject(
        timeoutMs <= this.#waitMs
          ? new RpcError(
              "deadlineExceeded",
              `${label}: the connection was not re-established within ${timeoutMs} ms`,
            )
          : noLinkError(label, `there was no link for ${waitMs} ms (reconnect.waitMs)`),
      );
    if (signal?.aborted === true) reject(abortError(label, signal));
    else if (waitMs === 0) expire();
    else this.#waiters.add(waiter);
    const onAbort = () => signal !== undefined && reject(abortError(label, signal));
    signal?.addEventListener("abort", onAbort);
    this.#onChange();
    const deadline = this.#waiters.has(waiter) ? new Deadline(waitMs, expire) : undefined;
    return promise.finally(() => {
      this.#waiters.delete(waiter);
      this.#onChange();
      deadline?.clear();
      signal?.removeEventListener("abort", onAbort);
    });
  }

  /** Continues all waiting calls on a new link. */
  resolve(session: Session): void {
    for (const { resolve } of this.#waiters) resolve(session);
  }

  /** Fails all waiting calls. */
  reject(errorFor: (label: string) => RpcError): void {
    for (const { label, reject } of this.#waiters) reject(errorFor(label));
  }
}

/** Error for a call that does not wait for the next link. */
export function noLinkError(label: string, why: string): RpcError {
  return new RpcError(
    "unavailable",
    `${label} was not made: the connection is being re-established and ${why}`,
  );
}
