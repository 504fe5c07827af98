import { frameHeaderBytes, SendGauge, writeFrameHeader } from "@crosspane/core/transport";
import { corkBytes } from "./byte-stream-limits.js";
import { returnCork, takeCork } from "./cork-pool.js";
import { nextTick } from "./next-tick.js";

/**
 * Destination of the bytes. `write` is that of a Node socket, which calls back when the system has
 * taken them.
 */
export interface WriteTarget {
  write(bytes: Uint8Array, taken: (error?: Error | null) => void): unknown;
}

/** Events of a {@link CorkWriter}. None is emitted inside `send`. */
export interface CorkWriterEvents {
  /** The system has taken some bytes. */
  progress(): void;
  /** The queue has fallen below the low mark after `send` had returned false. */
  drained(): void;
  /** Nothing is left to write. */
  idle(): void;
}

/** A cork buffer whose first `end` bytes are to be written, and the next one after it. */
interface Sealed {
  readonly cork: Buffer;
  readonly end: number;
  next: Sealed | undefined;
}

/** Schedules microtasks without the bookkeeping that Node's `queueMicrotask` adds to each. */
const settled = Promise.resolve();

/**
 * Sending half of a byte stream. Messages are copied with their headers into a cork buffer, which
 * is written at the end of the tick. Messages that are sent during a write are collected for the
 * next. So only one write is in flight, and batches grow with the load.
 *
 * The end of the tick is a `process.nextTick` that a microtask schedules. A microtask alone would
 * run before answers that need one more await. A `nextTick` alone would run before answers that
 * need any, because Node runs it before the microtasks of the same callback. Together they run
 * after all promises that a chunk of calls has settled, so the answers leave in one write.
 */
export class CorkWriter {
  readonly #target: WriteTarget;
  readonly #events: CorkWriterEvents;
  readonly #onTick = () => this.flush();
  readonly #onMicrotask = () => nextTick(this.#onTick);
  #cork: Buffer | undefined;
  #corked = 0;
  /**
   * Queue of full corks, as a linked list: a queue of gigabytes must not cost more per cork than a
   * short one.
   */
  #first: Sealed | undefined;
  #last: Sealed | undefined;
  #tickScheduled = false;
  #writing = false;
  readonly #queued = new SendGauge();
  #dropped = false;

  constructor(target: WriteTarget, events: CorkWriterEvents) {
    this.#target = target;
    this.#events = events;
  }

  /** Bytes accepted and not yet taken by the system. */
  get queuedBytes(): number {
    return this.#queued.bytes;
  }

  /** Queues one message. Returns false to ask the caller to wait for `drained`. */
  send(message: Uint8Array): boolean {
    if (this.#dropped) return true;
    const frameBytes = frameHeaderBytes + message.length;
    // A message is split over two corks only if it does not fit into one, so that each write ends
    // between two messages.
    const room = frameBytes > corkBytes ? frameHeaderBytes : frameBytes;
    if (this.#corked + room > corkBytes) this.#seal();
    this.#cork ??= takeCork();
    writeFrameHeader(this.#cork, this.#corked, message.length);
    this.#corked += frameHeaderBytes;
    this.#copy(message);
    const mayGoOn = this.#queued.accept(frameBytes);
    if (!this.#tickScheduled && !this.#writing) {
      this.#tickScheduled = true;
      settled.then(this.#onMicrotask);
    }
    return mayGoOn;
  }

  /** Writes at once what would be written at the end of the tick. */
  flush(): void {
    this.#tickScheduled = false;
    if (!this.#writing) this.#writeNext();
  }

  /** Drops the queue. Nothing more is accepted, and no more events are emitted. */
  drop(): void {
    this.#dropped = true;
    this.#first = undefined;
    this.#last = undefined;
    if (this.#cork !== undefined) returnCork(this.#cork);
    this.#cork = undefined;
    this.#corked = 0;
    this.#queued.clear();
  }

  #copy(message: Uint8Array): void {
    let at = 0;
    while (at < message.length) {
      if (this.#corked === corkBytes) this.#seal();
      this.#cork ??= takeCork();
      const end = Math.min(message.length, at + corkBytes - this.#corked);
      this.#cork.set(at === 0 && end === message.length ? message : message.subarray(at, end), this.#corked);
      this.#corked += end - at;
      at = end;
    }
  }

  /** Appends the current cork to the queue. */
  #seal(): void {
    if (this.#cork === undefined) return;
    const sealed: Sealed = { cork: this.#cork, end: this.#corked, next: undefined };
    if (this.#last === undefined) this.#first = sealed;
    else this.#last.next = sealed;
    this.#last = sealed;
    this.#cork = undefined;
    this.#corked = 0;
  }

  #writeNext(): void {
    if (this.#first === undefined) this.#seal();
    if (this.#first === undefined) return;
    const { cork, end, next } = this.#first;
    this.#first = next;
    if (next === undefined) this.#last = undefined;
    this.#writing = true;
    this.#target.write(cork.subarray(0, end), (error) => {
      // The socket itself reports a failed write. The system may still use the buffer, so it does
      // not return to the pool.
      if (error) return;
      returnCork(cork);
      this.#writing = false;
      if (this.#dropped) return;
      this.#writeNext();
      this.#taken(end);
    });
  }

  #taken(bytes: number): void {
    const isDrained = this.#queued.take(bytes);
    this.#events.progress();
    if (isDrained && !this.#dropped) this.#events.drained();
    if (this.#queued.bytes === 0 && !this.#dropped) this.#events.idle();
  }
}
