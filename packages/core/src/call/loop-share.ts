import { nextTurn, now } from "../runtime/real-time.js";

/** Milliseconds of one turn of the event loop that all who share it take together. */
const sliceMs = 1;
/** Most steps between two looks at the clock: a look may cost as much as a tenth of a step. */
const maxStepsPerLook = 64;
/** Turns of the microtask queue that one gets to itself before the next goes on. */
const turnsAhead = 32;

/**
 * Shares the event loop with everything else that runs in this thread. Work that could go on
 * without ever waiting counts its steps here. When all such work together has had its slice of a
 * turn, it waits for the next turn and goes on in order.
 */
export class LoopShare {
  readonly #now: () => number;
  readonly #nextTurn: (callback: () => void) => void;
  readonly #waiting = new Set<() => void>();
  #stepsPerLook = 1;
  #stepsToLook = 1;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #endsAtMs = Number.NEGATIVE_INFINITY;
  #isSpent = false;

  /** @param nextTurn calls back in a later turn of the event loop. */
  constructor(now: () => number, nextTurn: (callback: () => void) => void) {
    this.#now = now;
    this.#nextTurn = nextTurn;
  }

  /**
   * Counts one step. Returns undefined while there is time, else a promise that resolves when the
   * next step may be made.
   */
  step(): Promise<void> | undefined {
    if (!this.#isSpent) {
      if (--this.#stepsToLook > 0) return undefined;
      if (this.#look() < this.#endsAtMs) return undefined;
      this.#isSpent = true;
      this.#nextTurn(() => void this.#begin());
    }
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** Begins a slice: those that wait go on one after the other, until it is spent. */
  async #begin(): Promise<void> {
    this.#isSpent = false;
    this.#stepsToLook = this.#stepsPerLook;
    this.#lookedAtMs = this.#now();
    this.#endsAtMs = this.#lookedAtMs + sliceMs;
    for (const resume of this.#waiting) {
      this.#waiting.delete(resume);
      resume();
      for (let turn = 0; turn < turnsAhead; turn++) await undefined;
      if (this.#isSpent) return;
    }
  }

  /** Reads the clock, four times in a slice as long as the steps stay as they are. */
  #look(): number {
    const now = this.#now();
    const steps = Math.floor((this.#stepsPerLook * sliceMs) / 4 / (now - this.#lookedAtMs));
    this.#stepsPerLook = Math.min(Math.max(steps, 1), maxStepsPerLook);
    this.#stepsToLook = this.#stepsPerLook;
    this.#lookedAtMs = now;
    return now;
  }
}

/** The share of this thread, over all of its connections. */
export const loopShare = new LoopShare(now, nextTurn);
