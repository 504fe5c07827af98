import { assertOptions, type OptionNames } from "../errors/assert-options.js";
import { RpcError } from "../errors/rpc-error.js";
import { type Subscription, subscription } from "../references/shapes/subscription.js";
import { Delivery } from "./delivery.js";
import { EventHistory } from "./event-history.js";
import { type EventEntry, EventQueue, type OverflowPolicy, overflowPolicies } from "./event-queue.js";
import { EventReader } from "./event-reader.js";
import { type EventListener, ListenerCaller } from "./listener-caller.js";

/** Options for {@link EventChannel}. */
export interface EventChannelOptions {
  /** Policy for events that a subscriber does not take; `wait` by default. */
  readonly overflow?: OverflowPolicy;
  /** Number of events that may wait for one subscriber, from 1; 256 by default. */
  readonly buffer?: number;
  /** Number of events that are kept for `after`; none by default. */
  readonly history?: number;
}

const optionNames = {
  overflow: true,
  buffer: true,
  history: true,
} satisfies OptionNames<EventChannelOptions>;

/** Options for a subscription. */
export interface SubscribeOptions {
  /** The id of the last event that was seen. The events after it come first. */
  readonly after?: string | undefined;
}

/** A listener or a stream of the channel. */
interface Subscriber<T> {
  push(delivery: Delivery<T>): void;
  /** Resolves once it can take another event; undefined if it can now. */
  room(): Promise<void> | undefined;
  end(error: RpcError | undefined): void;
}

/**
 * Sends events to any number of subscribers, in this process and in others. Each event is encoded
 * once, for all connections that it goes to.
 */
export class EventChannel<T> {
  readonly #options: Required<EventChannelOptions>;
  readonly #history: EventHistory<T>;
  readonly #subscribers = new Set<Subscriber<T>>();
  #closed = false;

  /** @throws {RpcError} `invalidArgument` for an option out of its range. */
  constructor(options: EventChannelOptions = {}) {
    assertOptions("EventChannel", options, optionNames);
    const { overflow = "wait", buffer = 256, history = 0 } = options;
    this.#options = { overflow, buffer, history };
    checkOptions(this.#options);
    this.#history = new EventHistory(this.#options.history);
  }

  /** Number of current subscribers. */
  get subscribers(): number {
    return this.#subscribers.size;
  }

  /**
   * Sends the value to all subscribers as it is now; later changes of it are not seen. With
   * `overflow: "wait"` it resolves once each subscriber has room for another event, so awaiting
   * it slows the emitter to the pace of the slowest.
   */
  async emit(value: T): Promise<void> {
    const delivery = new Delivery({ id: this.#history.nextId(), value });
    if (this.#options.history > 0) this.#history.add(delivery.keep());
    const waits: Promise<void>[] = [];
    for (const subscriber of [...this.#subscribers]) {
      subscriber.push(delivery);
      const room = subscriber.room();
      if (room !== undefined) waits.push(room);
    }
    if (waits.length > 0) await Promise.all(waits);
  }

  /**
   * Calls `listener` with each event and its id, in order. The subscription ends when it is
   * disposed of, when the listener's connection ends, when a call of it fails, by
   * `overflow: "fail"`, or when the channel is closed. Its `ended` resolves then.
   * @throws {RpcError} `outOfRange` if the events after `after` are not kept any more,
   * `failedPrecondition` if the channel is closed.
   */
  subscribe(listener: EventListener<T>, { after }: SubscribeOptions = {}): Subscription {
    const caller = new ListenerCaller(
      listener,
      { missed: this.#missed(after), queue: this.#queue() },
      (error) => {
        this.#subscribers.delete(caller);
        made.end(error);
      },
    );
    const made = subscription(() => caller.end());
    this.#subscribers.add(caller);
    caller.start();
    return made;
  }

  /**
   * Returns the events as a stream, from now on or after an id.
   * @throws {RpcError} `outOfRange`, at once, as {@link subscribe}. While it is read:
   * `resourceExhausted` by `overflow: "fail"`, or the error that the channel was closed with.
   */
  stream({ after }: SubscribeOptions = {}): AsyncIterableIterator<EventEntry<T>, undefined> {
    const reader = new EventReader(this.#missed(after), this.#queue(), () =>
      this.#subscribers.delete(reader),
    );
    this.#subscribers.add(reader);
    return reader;
  }

  /**
   * Ends all subscriptions and streams, with an error if there is one. Events that a listener has
   * not taken are lost. The reader of a stream still reads those that wait, unless there is an
   * error.
   */
  close(error?: RpcError): void {
    this.#closed = true;
    for (const subscriber of [...this.#subscribers]) subscriber.end(error);
  }

  #missed(after: string | undefined): readonly Delivery<T>[] {
    if (this.#closed) throw new RpcError("failedPrecondition", "this event channel is closed");
    return after === undefined ? [] : this.#history.after(after).map((entry) => new Delivery(entry, true));
  }

  #queue(): EventQueue<Delivery<T>> {
    return new EventQueue(this.#options.overflow, this.#options.buffer);
  }
}

function checkOptions({ overflow, buffer, history }: Required<EventChannelOptions>): void {
  const wrong = !overflowPolicies.includes(overflow)
    ? `overflow must be one of ${overflowPolicies.join(", ")}, got ${overflow}`
    : !isCount(buffer, 1)
      ? `buffer must be a whole number of events from 1, got ${buffer}`
      : !isCount(history, 0)
        ? `history must be a whole number of events from 0, got ${history}`
        : undefined;
  if (wrong !== undefined) throw new RpcError("invalidArgument", `EventChannel: ${wrong}`);
}

/** Accepts `Infinity`, for no bound. */
function isCount(value: number, least: number): boolean {
  return value >= least && (Number.isInteger(value) || value === Number.POSITIVE_INFINITY);
}
