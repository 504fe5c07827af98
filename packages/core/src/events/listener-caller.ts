import { runDetached } from "../call/call-context.js";
import { inThisContext } from "../call/context-storage.js";
import { shortError } from "../errors/error-wire.js";
import { RpcError } from "../errors/rpc-error.js";
import { EncodedArgs } from "../outbound/prepared-args.js";
import { type RemoteFunction, remoteFunction } from "../references/shapes/target-shape.js";
import type { InFlightBudget, PreparedArgs } from "../service/service.js";
import type { Delivery } from "./delivery.js";
import { type EventQueue, tooSlow } from "./event-queue.js";

/** A listener, here or in another process. */
export type EventListener<T> = (value: T, id: string) => unknown;

/** Calls of one listener that may be unanswered at once: enough to hide the way there and back. */
const maxUnanswered = 32;

/** Calls one listener with event after event, as fast as it takes them. */
export class ListenerCaller<T> {
  /** Calls the listener in the context in which it was subscribed. */
  readonly #local: (delivery: Delivery<T>) => unknown;
  /** Undefined for a local listener. */
  readonly #remote: RemoteFunction | undefined;
  readonly #missed: Delivery<T>[];
  readonly #queue: EventQueue<Delivery<T>>;
  readonly #onEnd: (error: RpcError | undefined) => void;
  #unanswered = 0;
  #ended = false;
  /** For room among the calls of its connection. */
  #waiting = false;

  /** @param missed events that come before those of the queue. */
  constructor(
    listener: EventListener<T>,
    missed: readonly Delivery<T>[],
    queue: EventQueue<Delivery<T>>,
    onEnd: (error: RpcError | undefined) => void,
  ) {
    this.#local = inThisContext(({ entry }) => listener(entry.value, entry.id));
    this.#remote = remoteFunction(listener);
    this.#missed = [...missed];
    this.#queue = queue;
    this.#onEnd = onEnd;
    this.#remote?.listenerBudget?.join();
  }

  /** Begins with what was missed. */
  start(): void {
    this.#callMore();
  }

  push(delivery: Delivery<T>): void {
    if (this.#ended) return;
    if (!this.#queue.push(delivery)) return this.end(tooSlow("listener"));
    this.#callMore();
    if (this.#queue.length > 0 && this.#argsFor(delivery) === undefined) delivery.keep();
  }

  room(): Promise<void> | undefined {
    return this.#ended ? undefined : this.#queue.room();
  }

  /** @param error why it cannot go on. */
  end(error?: RpcError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#missed.length = 0;
    this.#queue.clear();
    this.#remote?.listenerBudget?.part();
    this.#onEnd(error);
  }

  /** The handler that emits an event may be given up, or out of time: no listener's subscription ends for that. */
  #callMore(): void {
    runDetached(() => this.#callAhead());
  }

  #callAhead(): void {
    const budget = this.#remote?.listenerBudget;
    const most = Math.min(maxUnanswered, budget?.share ?? maxUnanswered);
    while (!this.#ended && !this.#waiting && this.#unanswered < most) {
      if (this.#missed.length + this.#queue.length === 0) return;
      if (budget?.enter() === false) return this.#waitForRoom(budget);
      const delivery = (this.#missed.shift() ?? this.#queue.shift()) as Delivery<T>;
      this.#unanswered++;
      let answer: unknown;
      try {
        answer = this.#call(delivery);
      } catch (thrown) {
        this.#left();
        return this.#failed(thrown);
      }
      Promise.resolve(answer).then(
        () => this.#answered(),
        (thrown) => {
          this.#left();
          this.#failed(thrown);
        },
      );
    }
  }

  /** Others of its connection have as many calls unanswered as may be. */
  #waitForRoom(budget: InFlightBudget): void {
    this.#waiting = true;
    void budget.room().then(() => {
      this.#waiting = false;
      this.#callMore();
    });
  }

  #answered(): void {
    this.#left();
    this.#callMore();
  }

  #left(): void {
    this.#unanswered--;
    this.#remote?.listenerBudget?.leave();
  }

  /**
   * What it threw is for the side that it belongs to: the subscriber is told if it came from there. In short, since he decides how large it is and how long
   * his subscription keeps it.
   */
  #failed(thrown: unknown): void {
    if (thrown instanceof RpcError) {
      const { code, message } = shortError(thrown);
      return this.end(new RpcError(code, message));
    }
    this.end(new RpcError("internal", "the listener of these events failed", { cause: thrown }));
  }

  #call(delivery: Delivery<T>): unknown {
    const args = this.#argsFor(delivery);
    if (args !== undefined) return this.#remote?.call(args);
    return this.#local(delivery);
  }

  /**
   * Arguments for a remote listener, as the event is now or was when it was asked for first. Undefined for a local listener, and for
   * an event that is not what was declared: as a call of its own it fails and is reported like any other.
   */
  #argsFor(delivery: Delivery<T>): PreparedArgs | undefined {
    const method = this.#remote?.method;
    if (method === undefined || !EncodedArgs.possible(method)) return undefined;
    try {
      return delivery.argsFor(method);
    } catch {
      return undefined;
    }
  }
}
