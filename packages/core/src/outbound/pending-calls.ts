import type { Cancellers } from "../call/cancellers.js";
import type { Deadline } from "../call/deadline.js";
import type { RpcError } from "../errors/rpc-error.js";
import type { Method } from "../service/method.js";

/** An outbound call that is not answered yet. */
export interface PendingCall {
  readonly id: number;
  /** `Inventory.get`, for messages. */
  readonly label: string;
  readonly method: Method;
  /** The proxy of the called object, held here so that it is not collected during the call. */
  readonly calledProxy: object | undefined;
  readonly resolve: (value: unknown) => void;
  /** Rejects with an `RpcError`, or with an instance of a class that the method declares. */
  readonly reject: (error: Error) => void;
  /** Cleared when the call settles. */
  deadline: Deadline | undefined;
  /** Called when the call settles. */
  stopListening: (() => void) | undefined;
  /** Sources that may cancel the call, if any. */
  cancellers: Cancellers | undefined;
  settled: boolean;
  /** Objects that were passed with the call by reference. */
  exported: readonly object[] | undefined;
  /** Calls that are pipelined on this one. */
  pipelined: PendingCall[] | undefined;
}

/**
 * The calls made on one connection. An id is the index of a slot. It stays taken until the peer has
 * answered, even if the call has settled before. So an id never means two calls, and both sides
 * count the same calls.
 */
export class PendingCalls {
  readonly #slots: (PendingCall | undefined)[] = [];
  readonly #free: number[] = [];
  #waiting = 0;

  /** Calls whose caller still waits. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Calls that the peer has not answered. */
  get unanswered(): number {
    return this.#slots.length - this.#free.length;
  }

  /** Adds a call, or returns undefined if `limit` calls are already unanswered. */
  open(
    call: Pick<PendingCall, "label" | "method" | "calledProxy" | "resolve" | "reject">,
    limit: number,
  ): PendingCall | undefined {
    if (this.unanswered >= limit) return undefined;
    const id = this.#free.pop() ?? this.#slots.length;
    const { label, method, calledProxy, resolve, reject } = call;
    const pending: PendingCall = {
      id,
      label,
      method,
      calledProxy,
      resolve,
      reject,
      deadline: undefined,
      stopListening: undefined,
      cancellers: undefined,
      settled: false,
      exported: undefined,
      pipelined: undefined,
    };
    this.#slots[id] = pending;
    this.#waiting++;
    return pending;
  }

  /** Returns true while a call is unanswered, so that its id means this call. */
  isOpen(pending: PendingCall): boolean {
    return this.#slots[pending.id] === pending;
  }

  /** Frees the id of an answered call. Returns undefined if there is no such call. */
  close(id: number): PendingCall | undefined {
    const pending = this.#slots[id];
    if (pending === undefined) return undefined;
    this.#slots[id] = undefined;
    this.#free.push(id);
    return pending;
  }

  /**
   * Marks a call as settled, after which the caller of this method resolves or rejects it. Returns
   * false if it was settled already.
   */
  settle(pending: PendingCall): boolean {
    if (pending.settled) return false;
    pending.settled = true;
    this.#waiting--;
    pending.deadline?.clear();
    pending.stopListening?.();
    return true;
  }

  /** Rejects everything that is still pending and removes all calls. */
  failAll(errorFor: (pending: PendingCall) => RpcError): void {
    for (const pending of this.#slots.splice(0)) {
      if (pending !== undefined && this.settle(pending)) pending.reject(errorFor(pending));
    }
    this.#free.length = 0;
  }
}
