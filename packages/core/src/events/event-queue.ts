import { RpcError } from "../errors/rpc-error.js";

/**
 * What becomes of events that a listener has not taken when more come than its buffer holds:
 * `wait`: `emit` does not resolve before there is room; `dropOldest`: the oldest are lost; `latest`: only the newest is kept, whatever the buffer;
 * `fail`: the subscription ends.
 */
export type WhenSlow = "wait" | "dropOldest" | "latest" | "fail";

/** Each {@link WhenSlow}. */
export const whenSlowPolicies: readonly WhenSlow[] = ["wait", "dropOldest", "latest", "fail"];

/** Why a subscription ends by `fail`. */
export function tooSlow(who: "listener" | "reader"): RpcError {
  return new RpcError("resourceExhausted", `this ${who} of events was too slow: its buffer is full`);
}

/** An event with the id by which a subscriber asks for those after it. */
export interface EventEntry<T> {
  readonly id: string;
  readonly value: T;
}

/** The events that one subscriber has still to take. */
export class EventQueue<E> {
  readonly #whenSlow: WhenSlow;
  readonly #size: number;
  readonly #entries: E[] = [];
  #roomWaiters: (() => void)[] = [];

  /** @param size events that may wait. */
  constructor(whenSlow: WhenSlow, size: number) {
    this.#whenSlow = whenSlow;
    this.#size = whenSlow === "latest" ? 1 : size;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** Adds an event; false if the subscription has to end for it. */
  push(entry: E): boolean {
    if (this.#entries.length >= this.#size) {
      if (this.#whenSlow === "fail") return false;
      if (this.#whenSlow !== "wait") this.#entries.shift();
    }
    this.#entries.push(entry);
    return true;
  }

  shift(): E | undefined {
    const entry = this.#entries.shift();
    if (this.#entries.length < this.#size) this.letIn();
    return entry;
  }

  /** Resolves once there is room; undefined if there is, or if nobody has to wait for it. */
  room(): Promise<void> | undefined {
    if (this.#whenSlow !== "wait" || this.#entries.length < this.#size) return undefined;
    return new Promise((resolve) => this.#roomWaiters.push(resolve));
  }

  /** Nobody takes events from it any more. */
  clear(): void {
    this.#entries.length = 0;
    this.letIn();
  }

  /** There is room, or no more events come: nobody waits any longer. */
  letIn(): void {
    const waiters = this.#roomWaiters;
    this.#roomWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
