import type { RpcError } from "../errors/rpc-error.js";
import type { Delivery } from "./delivery.js";
import { type EventEntry, type EventQueue, tooSlow } from "./event-queue.js";

type Step<T> = IteratorResult<EventEntry<T>, undefined>;

interface Waiter<T> {
  readonly resolve: (step: Step<T>) => void;
  readonly reject: (error: RpcError) => void;
}

/** Events as a stream for one reader. It is subscribed from its creation until it is left. */
export class EventReader<T> implements AsyncIterableIterator<EventEntry<T>, undefined>, AsyncDisposable {
  readonly #missed: Delivery<T>[];
  readonly #queue: EventQueue<Delivery<T>>;
  readonly #onEnd: () => void;
  readonly #waiters: Waiter<T>[] = [];
  #ended = false;
  #error: RpcError | undefined;

  /** @param missed holds events that come before those of the queue. */
  constructor(missed: readonly Delivery<T>[], queue: EventQueue<Delivery<T>>, onEnd: () => void) {
    this.#missed = [...missed];
    this.#queue = queue;
    this.#onEnd = onEnd;
  }

  push(delivery: Delivery<T>): void {
    delivery.keep();
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) return waiter.resolve({ done: false, value: delivery.entry });
    if (this.#ended || this.#queue.push(delivery)) return;
    this.end(tooSlow("reader"));
  }

  /** Ends the stream. Waiting events are still read, unless there is an error. */
  end(error?: RpcError): void {
    if (this.#ended) return;
    const waiter = error === undefined ? undefined : this.#waiters.shift();
    if (waiter === undefined) this.#error = error;
    else waiter.reject(error as RpcError);
    this.#end(error === undefined);
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
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  async return(): Promise<Step<T>> {
    this.#error = undefined;
    this.#end(false);
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #end(keep: boolean): void {
    if (keep) this.#queue.letIn();
    else {
      this.#missed.length = 0;
      this.#queue.clear();
    }
    if (this.#ended) return;
    this.#ended = true;
    for (const { resolve } of this.#waiters.splice(0)) resolve({ done: true, value: undefined });
    this.#onEnd();
  }
}
