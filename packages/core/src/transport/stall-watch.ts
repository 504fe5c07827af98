import { now, startTimer, stopTimer, type Timer } from "../runtime/real-time.js";

/** The parts of a connection that a {@link StallWatch} looks at. */
export interface Watched {
  /** Grows with the bytes that came from the peer, those of whole messages included. */
  receivedBytes(): number;
  /** True if the bytes so far end inside a message whose rest this side is ready to read. */
  isInsideMessage(): boolean;
  /** Called when nothing more of that message came for the whole time. */
  stalled(): void;
}

/** Number of slices of the time. Each is looked at on its own. */
const slices = 4;

/**
 * Detects a peer that has stopped in the middle of a message, whose beginning is held in memory
 * until the rest comes. One more byte restarts the time, so a slow peer may take as long as it
 * likes. Whole messages cost nothing here: a timer runs only after an unfinished message was found,
 * and ends with the first look that finds none.
 *
 * Only time in which this process itself was running counts, as for a heartbeat. A slice that took
 * twice as long as it should was a sleep of the machine or a stop of the process, in which nothing
 * of the peer could be read.
 */
export class StallWatch {
  /** Milliseconds that a message may stand still. */
  limitMs = Number.POSITIVE_INFINITY;
  readonly #watched: Watched;
  #seenBytes = 0;
  #waitedMs = 0;
  #timer: Timer | undefined;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /**
   * Starts to watch, unless it does already. Called whenever everything that arrived was read and
   * ends inside a message.
   */
  watch(): void {
    if (this.#timer === undefined && this.limitMs !== Number.POSITIVE_INFINITY) this.#begin();
  }

  /** Ends the watch, unless a message is found unfinished again. */
  stop(): void {
    stopTimer(this.#timer);
    this.#timer = undefined;
  }

  #begin(): void {
    this.#seenBytes = this.#watched.receivedBytes();
    this.#waitedMs = 0;
    this.#wait();
  }

  #wait(): void {
    const sliceMs = this.limitMs / slices;
    const began = now();
    this.#start(sliceMs, () => this.#look(sliceMs, now() - began));
  }

  #look(sliceMs: number, tookMs: number): void {
    if (!this.#watched.isInsideMessage()) return this.stop();
    if (this.#hasProgress || tookMs > 2 * sliceMs) return this.#begin();
    this.#waitedMs += sliceMs;
    if (this.#waitedMs < this.limitMs) return this.#wait();
    // Timers come first in a turn of the loop. Bytes that arrived while this thread was busy are
    // read after this one.
    this.#start(0, () => {
      if (!this.#watched.isInsideMessage()) this.stop();
      else if (this.#hasProgress) this.#begin();
      else this.#watched.stalled();
    });
  }

  get #hasProgress(): boolean {
    return this.#watched.receivedBytes() !== this.#seenBytes;
  }

  #start(delayMs: number, then: () => void): void {
    this.#timer = startTimer(then, delayMs);
    // The connection decides if the program keeps running, its watch does not. A browser's timer is
    // a number.
    const { unref } = this.#timer as { unref?: () => unknown };
    unref?.call(this.#timer);
  }
}
