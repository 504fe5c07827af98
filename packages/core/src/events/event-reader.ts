import { RpcError } from "../errors/rpc-error.js";
import type { Delivery } from "./delivery.js";
import type { EventEntry, EventQueue } from "./event-queue.js";

type Step<T> = IteratorResult<EventEntry<T>, undefined>;

interface Waiter<T> {
  readonly resolve: (step: Step<T>) => void;
}

/** Events as a stream for one reader. It is subscribed from the moment that it is made until it is left. */
export class EventReader<T> implements AsyncIterableIterator<EventEntry<T>, undefined>, AsyncDisposable {
  readonly #missed: Delivery<T>[];
  readonly #queue: EventQueue<Delivery<T>>;
  readonly #onEnd: () => void;
  readonly #waiters: Waiter<T>[] = [];
  #ended = false;
  #error: RpcError | undefined;

  /** @param missed events that come before those of the queue. */
  constructor(missed: readonly Delivery<T>[], queue: EventQueue<Delivery<T>>, onEnd: () => void) {
    this.#missed = [...missed];
    this.#queue = queue;
    this.#onEnd = onEnd;
  }

  push(delivery: Delivery<T>): void {
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) return waiter.resolve({ done: false, value: delivery.entry });
    if (this.#ended || this.#queue.push(delivery)) return;
    this.#error = new RpcError("resourceExhausted", "this reader of events was too slow: its buffer is full");
    this.#end();
  }

  room(): Promise<void> | undefined {
    return this.#ended ? undefined : this.#queue.room();
  }

  async next(): Promise<Step<T>> {
    const delivery = this.#missed.shift() ?? this.#queue.shift();
    if (delivery !== undefined) return { done: false, value: delivery.entry };
    const error = this.#error;
    this.#error = undefined;
    if (error !== undefined) throw error;
    if (this.#ended) return { done: true, value: undefined };
    return new Promise((resolve) => this.#waiters.push({ resolve }));
  }

  async return(): Promise<Step<T>> {
    this.#error = undefined;
    this.#missed.length = 0;
    this.#end();
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#queue.clear();
    for (const { resolve } of this.#waiters.splice(0)) resolve({ done: true, value: undefined });
    this.#onEnd();
  }
}
