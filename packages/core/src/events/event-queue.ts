import { RpcError } from "../errors/rpc-error.js";

/**
 * Policy for a listener whose buffer is full. `wait`: `emit` does not resolve before there is room.
 * `dropOldest`: the oldest events are dropped. `latest`: only the newest is kept, regardless of the
 * buffer. `fail`: the subscription ends.
 */
export type OverflowPolicy = "wait" | "dropOldest" | "latest" | "fail";

/** All values of {@link OverflowPolicy}. */
export const overflowPolicies: readonly OverflowPolicy[] = ["wait", "dropOldest", "latest", "fail"];

/** Returns the error of a subscription that ends by the policy `fail`. */
export function tooSlow(who: "listener" | "reader"): RpcError {
  return new RpcError("resourceExhausted", `this ${who} of events was too slow: its buffer is full`);
}

/** An event with its id. A subscriber can ask for the events after it. */
export interface EventEntry<T> {
  readonly id: string;
  readonly value: T;
}

/** The events that one subscriber has not taken yet. */
export class EventQueue<E> {
  readonly #overflow: OverflowPolicy;
  readonly #size: number;
  readonly #entries: E[] = [];
  #roomWaiters: (() => void)[] = [];

  /** @param size is the number of events that may wait. */
  constructor(overflow: OverflowPolicy, size: number) {
    this.#overflow = overflow;
    this.#size = overflow === "latest" ? 1 : size;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** Adds an event. Returns false if the subscription has to end because of it. */
  push(entry: E): boolean {
    if (this.#entries.length >= this.#size) {
      if (this.#overflow === "fail") return false;
      if (this.#overflow !== "wait") this.#entries.shift();
    }
    this.#entries.push(entry);
    return true;
  }

  shift(): E | undefined {
    const entry = this.#entries.shift();
    if (this.#entries.length < this.#size) this.letIn();
    return entry;
  }

  /** Resolves once there is room. Undefined if there is room, or if the policy does not wait. */
  room(): Promise<void> | undefined {
    if (this.#overflow !== "wait" || this.#entries.length < this.#size) return undefined;
    return new Promise((resolve) => this.#roomWaiters.push(resolve));
  }

  /** Drops all events, because none will be taken any more. */
  clear(): void {
    this.#entries.length = 0;
    this.letIn();
  }

  /** Resumes waiting emitters, because there is room or no more events come. */
  letIn(): void {
    const waiters = this.#roomWaiters;
    this.#roomWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
