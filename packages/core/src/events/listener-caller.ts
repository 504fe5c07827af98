import { runDetached } from "../call/call-context.js";
import { inThisContext } from "../call/context-storage.js";
import { shortError } from "../errors/error-wire.js";
import { RpcError } from "../errors/rpc-error.js";
import { EncodedArgs } from "../outbound/prepared-args.js";
import { type RemoteFunction, remoteFunction } from "../references/shapes/target-shape.js";
import type { InFlightBudget, PreparedArgs } from "../service/service.js";
import type { Delivery } from "./delivery.js";
import { type EventQueue, tooSlow } from "./event-queue.js";

/** A listener, in this or another process. */
export type EventListener<T> = (value: T, id: string) => unknown;

/** Maximum number of unanswered calls of one listener: enough to hide the round trip. */
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
  /** Set while it waits for room among the calls of its connection. */
  #waiting = false;

  /** @param events the queue, and the missed events that come before those of the queue. */
  constructor(
    listener: EventListener<T>,
    events: { readonly missed: readonly Delivery<T>[]; readonly queue: EventQueue<Delivery<T>> },
    onEnd: (error: RpcError | undefined) => void,
  ) {
    this.#local = inThisContext(({ entry }) => listener(entry.value, entry.id));
    this.#remote = remoteFunction(listener);
    this.#missed = [...events.missed];
    this.#queue = events.queue;
    this.#onEnd = onEnd;
    this.#remote?.listenerBudget?.join();
  }

  /** Starts with the missed events. */
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

  /** @param error is the reason that it cannot continue. */
  end(error?: RpcError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#missed.length = 0;
    this.#queue.clear();
    this.#remote?.listenerBudget?.part();
    this.#onEnd(error);
  }

  /**
   * Runs detached: the cancellation or deadline of the handler that emits an event must not end a
   * listener's subscription.
   */
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

  /** Waits while other listeners of its connection use up the calls that may be unanswered. */
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
   * Ends the subscription with what the listener threw. The subscriber sees the error only if it
   * came from its side. The error is shortened, because the subscriber controls its size and how
   * long the subscription holds it.
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
   * Returns the arguments for a remote listener: the event as it is now, or as it was at the first
   * request. Undefined for a local listener, and for an event of the wrong type: a call of its own
   * fails and is reported like any other.
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
