import { frameHeaderBytes, SendGauge, writeFrameHeader } from "@crosspane/core/transport";
import { corkBytes } from "./byte-stream-limits.js";
import { returnCork, takeCork } from "./cork-pool.js";
import { nextTick } from "./next-tick.js";

/** Where the bytes go: `write` as a Node socket has it, calling back when the system has taken them. */
export interface WriteTarget {
  write(bytes: Uint8Array, taken: (error?: Error | null) => void): unknown;
}

/** What a {@link CorkWriter} tells its owner, never from inside `send`. */
export interface CorkWriterEvents {
  /** The system has taken some bytes. */
  progress(): void;
  /** What was queued has gone below the low mark after `send` had returned false. */
  drained(): void;
  /** Nothing is left to write. */
  idle(): void;
}

/** A cork buffer of which the first `end` bytes are to be written, and what is to be written after it. */
interface Sealed {
  readonly cork: Buffer;
  readonly end: number;
  next: Sealed | undefined;
}

/** Asks for a microtask without the bookkeeping that Node's `queueMicrotask` adds to each. */
const settled = Promise.resolve();

/**
 * The sending half of a byte stream. Messages are copied with their headers into a cork buffer that goes out in one write at
 * the end of the tick; while a write is under way, what comes is collected for the next, so that one write is in flight
 * and batches grow with the load.
 *
 * The end of the tick is a `process.nextTick` asked for by a microtask. A microtask alone would come before answers that need
 * one await more, a `nextTick` alone before all that need any: Node runs it before the microtasks of the same callback.
 * Together they run when every promise that a chunk of calls has settled is through, so the answers leave in one write.
 */
export class CorkWriter {
  readonly #target: WriteTarget;
  readonly #events: CorkWriterEvents;
  readonly #onTick = () => this.flush();
  readonly #onMicrotask = () => nextTick(this.#onTick);
  #cork: Buffer | undefined;
  #corked = 0;
  /** Full corks that wait for their turn, as a list: a queue of gigabytes must not cost more per cork than a short one. */
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

  /** Takes one message; false asks to wait for `drained`. */
  send(message: Uint8Array): boolean {
    if (this.#dropped) return true;
    const frameBytes = frameHeaderBytes + message.length;
    // A message is split over two corks only if it does not fit into one: each write then ends between two messages.
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

  /** Writes now what would be written at the end of the tick. */
  flush(): void {
    this.#tickScheduled = false;
    if (!this.#writing) this.#writeNext();
  }

  /** Forgets what is queued; takes and tells nothing more. */
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

  /** Puts the cork in use behind the full ones. */
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
      // A failed write is told by the socket itself. Its buffer may still be in the system's hands: let it go.
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
