import type { RpcError } from "../errors/rpc-error.js";
import { microtask } from "../runtime/real-time.js";
import type { MessageReceiver } from "./transport.js";

type Entry = { readonly bytes: Uint8Array } | { readonly end: RpcError | undefined };

/**
 * Messages that have arrived for a receiver and are not delivered yet. Delivers in order, never
 * inside the sender's call, before `start`, or while paused. For transports that receive whole
 * messages.
 */
export class MessageQueue {
  readonly #entries: Entry[] = [];
  /**
   * Number of entries that were delivered. Shifting each off a long array would take time in
   * proportion to its length.
   */
  #delivered = 0;
  readonly #onDelivered: (bytes: number) => void;
  #receiver: MessageReceiver | undefined;
  #paused = false;
  #scheduled = false;
  #aborted = false;
  #ended = false;

  /** @param onDelivered called after each message with its length in bytes. */
  constructor(onDelivered: (bytes: number) => void) {
    this.#onDelivered = onDelivered;
  }

  /** True once the receiver was notified of the end. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Begins to deliver to this receiver. */
  start(receiver: MessageReceiver): void {
    this.#receiver = receiver;
    this.#schedule();
  }

  /** Adds a message. The bytes must not change any more. */
  push(bytes: Uint8Array): void {
    this.#entries.push({ bytes });
    this.#schedule();
  }

  /** Adds the end, to be delivered after all messages. */
  end(error?: RpcError): void {
    this.#entries.push({ end: error });
    this.#schedule();
  }

  /** Drops what was not delivered and delivers the end at the next turn, paused or not. */
  abort(error?: RpcError): void {
    this.#clear();
    this.#aborted = true;
    this.#paused = false;
    this.end(error);
  }

  /** Delivers nothing until {@link resume}. */
  pause(): void {
    // A receiver may pause in the very delivery that ended the connection.
    if (this.#aborted) return;
    this.#paused = true;
    // Otherwise the entries of a queue that never runs empty would stay.
    if (2 * this.#delivered <= this.#entries.length) return;
    this.#entries.splice(0, this.#delivered);
    this.#delivered = 0;
  }

  /** Continues the delivery. */
  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#entries.length === 0) return;
    this.#scheduled = true;
    microtask(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    const receiver = this.#receiver;
    if (receiver === undefined) return;
    let entry: Entry | undefined;
    while (!this.#paused && !this.#ended) {
      entry = this.#entries[this.#delivered++];
      if (entry === undefined) return this.#clear();
      if ("bytes" in entry) {
        receiver.message(entry.bytes);
        this.#onDelivered(entry.bytes.length);
      } else {
        this.#ended = true;
        this.#clear();
        receiver.closed(entry.end);
      }
    }
  }

  #clear(): void {
    this.#entries.length = 0;
    this.#delivered = 0;
  }
}
