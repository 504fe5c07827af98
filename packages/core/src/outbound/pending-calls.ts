import type { Cancellers } from "../call/cancellers.js";
import type { Deadline } from "../call/deadline.js";
import type { RpcError } from "../errors/rpc-error.js";
import type { Method } from "../service/method.js";

/** A call that was made here and is not answered yet. */
export interface PendingCall {
  readonly id: number;
  /** `Inventory.get`, for messages. */
  readonly label: string;
  readonly method: Method;
  /** What stands for the object that is called: whoever waits for the answer may refer to nothing else. */
  readonly callee: object | undefined;
  readonly resolve: (value: unknown) => void;
  /** Takes an `RpcError`, or an instance of a class that the method declares. */
  readonly reject: (error: Error) => void;
  /** Set while the caller waits; what has to be undone when the call settles. */
  deadline: Deadline | undefined;
  stopListening: (() => void) | undefined;
  /** What cancels it, if anything does. */
  cancellers: Cancellers | undefined;
  settled: boolean;
  /** Objects that were passed with it by reference. */
  exported: readonly object[] | undefined;
  /** Calls of what this one will return. */
  followers: PendingCall[] | undefined;
}

/**
 * The calls made on one connection. An id is the index of a slot and stays taken until the peer has answered, even if the
 * caller was told earlier: so an id never means two calls, and this side's count agrees with the peer's.
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

  /** Enters a call, or returns undefined if `limit` calls are unanswered already. */
  open(
    call: Pick<PendingCall, "label" | "method" | "callee" | "resolve" | "reject">,
    limit: number,
  ): PendingCall | undefined {
    if (this.unanswered >= limit) return undefined;
    const id = this.#free.pop() ?? this.#slots.length;
    const { label, method, callee, resolve, reject } = call;
    const pending: PendingCall = {
      id,
      label,
      method,
      callee,
      resolve,
      reject,
      deadline: undefined,
      stopListening: undefined,
      cancellers: undefined,
      settled: false,
      exported: undefined,
      followers: undefined,
    };
    this.#slots[id] = pending;
    this.#waiting++;
    return pending;
  }

  /** Whether a call is still unanswered, so that its id stands for it. */
  isOpen(pending: PendingCall): boolean {
    return this.#slots[pending.id] === pending;
  }

  /** The peer has answered: the id is free. Undefined if no such call is open. */
  close(id: number): PendingCall | undefined {
    const pending = this.#slots[id];
    if (pending === undefined) return undefined;
    this.#slots[id] = undefined;
    this.#free.push(id);
    return pending;
  }

  /** Marks the call settled; false if it was already. The caller then resolves or rejects it. */
  settle(pending: PendingCall): boolean {
    if (pending.settled) return false;
    pending.settled = true;
    this.#waiting--;
    pending.deadline?.clear();
    pending.stopListening?.();
    return true;
  }

  /** Rejects all that still wait and forgets every call: the connection is over. */
  failAll(errorFor: (pending: PendingCall) => RpcError): void {
    for (const pending of this.#slots.splice(0)) {
      if (pending !== undefined && this.settle(pending)) pending.reject(errorFor(pending));
    }
    this.#free.length = 0;
  }
}
