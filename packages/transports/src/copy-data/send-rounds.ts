import { performance } from "node:perf_hooks";
import { isBeyondCallStack } from "../win32/is-beyond-call-stack.js";
import type { Hwnd } from "../win32/types.js";
import type { OutboundChunk } from "./chunk-sender.js";
import { results } from "./copy-data-layout.js";
import {
  attemptMs,
  busyRetryMs,
  hungMs,
  maxSleepMs,
  openingAttemptMs,
  refusalMs,
  retryMs,
  unansweredShare,
} from "./copy-data-limits.js";
import type { PumpLink } from "./pump-link.js";
import type { PumpListener, PumpState } from "./pump-state.js";
import { type Attempt, sendChunk } from "./send-chunk.js";

/** The code of a refusal that asks the client to try again. */
const unavailableCode = 14;

/** The answer to a client whose opening is refused. */
export interface Refusal {
  readonly window: Hwnd;
  readonly bytes: Buffer;
  /**
   * The listener of the opening, if it still exists; it stops counting the opening when this has
   * been sent.
   */
  readonly listener: PumpListener | undefined;
}

/**
 * The sending side of a pump. Each round sends one chunk for each connection, but only one to a
 * window that may block, so that windows which answer make progress however many do not. While a
 * send waits for its answer the window procedure runs, so everything that it changes is read again
 * afterwards.
 */
export class SendRounds {
  readonly #state: PumpState;
  readonly #window: Hwnd;
  readonly #refusals: Refusal[] = [];
  /**
   * Time, on `performance.now()`, before which no window is tried that has not taken the answer to
   * its opening.
   */
  #unansweredUntil = 0;

  /** @param window the window that everything is sent from. */
  constructor(state: PumpState, window: Hwnd) {
    this.#state = state;
    this.#window = window;
  }

  /** Sends a refusal in one of the next rounds, once. */
  refuse(refusal: Refusal): void {
    this.#refusals.push(refusal);
  }

  /**
   * Sends one chunk for each connection that has some. Returns true if there may be more to do at
   * once, as after every attempt: other peers may have become ready during the wait.
   */
  run(): boolean {
    let more = this.#sendRefusal();
    let doubtful = 0;
    for (const link of this.#state.active) {
      const now = performance.now();
      if (link.lingerUntil !== undefined && now >= link.lingerUntil) this.#state.remove(link);
      else if (now < link.retryAt || (link.isUnanswered && now < this.#unansweredUntil)) continue;
      else if (link.isDoubtful && doubtful++ > 0) more = true;
      else if (this.#sendFor(link)) more = true;
    }
    return more;
  }

  #sendRefusal(): boolean {
    const refusal = this.#refusals.shift();
    if (refusal === undefined) return false;
    this.#send(refusal.window, refusal.bytes, refusalMs);
    if (refusal.listener !== undefined) refusal.listener.openings--;
    return true;
  }

  /** Returns false if there was nothing to send. */
  #sendFor(link: PumpLink): boolean {
    link.retryAt = 0;
    const ready = link.ready();
    if (ready !== undefined) {
      this.#attempt(link, ready, () => link.roomAnnounced());
      return true;
    }
    if (performance.now() < link.busyUntil) return false;
    link.busyUntil = 0;
    const chunk = link.sender.current();
    if (chunk === undefined) {
      if (!link.isDropped) this.#state.active.delete(link);
      return false;
    }
    this.#attempt(link, chunk.bytes, (answer) => this.#answered(link, chunk, answer));
    return true;
  }

  #attempt(link: PumpLink, bytes: Buffer, answered: (answer: number) => void): void {
    const from = performance.now();
    link.wasCalled = false;
    const isAnswer = link.role === "server" && !link.isEstablished;
    const attempt = this.#send(link.window, bytes, isAnswer ? openingAttemptMs : attemptMs);
    if (!this.#state.has(link)) return;
    if (typeof attempt === "number") {
      link.answered();
      return answered(attempt);
    }
    if (attempt !== "silent") return this.#state.break(link, attempt);
    const to = performance.now();
    if (isAnswer) this.#unansweredUntil = to + (unansweredShare - 1) * (to - from);
    if (link.unanswered({ from, to }) >= hungMs) this.#state.break(link, "hung");
    else link.retryAt = to + retryMs;
  }

  /** Sends a chunk. If a message that was too large arrived meanwhile, the answer is unknown. */
  #send(window: Hwnd, bytes: Buffer, timeoutMs: number): Attempt {
    try {
      return sendChunk({ to: window, from: this.#window }, bytes, timeoutMs);
    } catch (thrown) {
      if (!isBeyondCallStack(thrown)) throw thrown;
      this.#state.dropTooLarge();
      return "silent";
    }
  }

  #answered(link: PumpLink, chunk: OutboundChunk, answer: number): void {
    switch (answer) {
      case results.taken:
        return this.#taken(link, chunk);
      case results.busy:
        if (chunk.isOpening) return this.#state.refused(link, unavailableCode, "the server is busy");
        if (!link.wasCalled) link.busyUntil = performance.now() + busyRetryMs;
        return;
      default:
        return this.#overAtPeer(link, chunk);
    }
  }

  #taken(link: PumpLink, chunk: OutboundChunk): void {
    link.sender.taken(chunk);
    if (chunk.isOpening && link.role === "server") this.#state.establish(link);
    this.#emitTaken(link, chunk.streamBytes);
    if (!chunk.isClose) return;
    if (link.isDropped) this.#state.remove(link);
    else this.#state.emit({ kind: "ended", link: link.number });
  }

  #emitTaken(link: PumpLink, bytes: number): void {
    if (bytes > 0 && !link.isDropped) this.#state.emit({ kind: "taken", link: link.number, bytes });
  }

  /**
   * Handles the answer that the peer does not know this connection: it has ended it, or never had
   * it.
   */
  #overAtPeer(link: PumpLink, chunk: OutboundChunk): void {
    // An attempt that was cut off may have delivered the close.
    if (chunk.isClose) return this.#taken(link, chunk);
    if (!link.peerEnded) return this.#state.break(link, "unknown");
    const streamBytes = chunk.streamBytes + link.sender.cut();
    // Only the close is left, and the peer does not take it any more.
    link.sender.taken();
    this.#emitTaken(link, streamBytes);
    const close = link.sender.current();
    if (close === undefined) return;
    this.#taken(link, close);
  }

  /** Returns the milliseconds until the next work that does not wake the pump. */
  sleepMs(): number {
    const now = performance.now();
    let until = now + maxSleepMs;
    for (const { retryAt, busyUntil, lingerUntil, isUnanswered } of this.#state.active) {
      // Includes one whose time has come since the round skipped it.
      if (retryAt > 0)
        until = Math.min(until, isUnanswered ? Math.max(retryAt, this.#unansweredUntil) : retryAt);
      if (busyUntil > 0) until = Math.min(until, busyUntil);
      if (lingerUntil !== undefined) until = Math.min(until, lingerUntil);
    }
    return Math.max(0, Math.ceil(until - now));
  }
}
