import { now } from "../runtime/real-time.js";
import { loopTurn } from "../transport/loop-turn.js";

/** Milliseconds of each event-loop turn that all work counted here may use together. */
const sliceMs = 1;
/** Steps between two reads of the clock, at most. A read may cost a tenth of a step. */
const maxStepsPerLook = 64;
/** Turns of the microtask queue that one waiting task gets before the next resumes. */
const turnsAhead = 32;

/**
 * Shares the event loop fairly with everything else in this thread. Work that could run without
 * ever waiting counts its steps here. When all such work has used its slice of a turn, it waits for
 * the next turn and resumes in order.
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

  /** @param nextTurn calls its argument in a later turn of the event loop. */
  constructor(now: () => number, nextTurn: (callback: () => void) => void) {
    this.#now = now;
    this.#nextTurn = nextTurn;
  }

  /**
   * Counts one step.
   * @returns undefined while there is time, else a promise that resolves when the next step may
   * run.
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

  /** Begins a slice: resumes the waiting tasks one after the other until the slice is spent. */
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

  /** Reads the clock, about four times per slice while steps take equally long. */
  #look(): number {
    const now = this.#now();
    const steps = Math.floor((this.#stepsPerLook * sliceMs) / 4 / (now - this.#lookedAtMs));
    this.#stepsPerLook = Math.min(Math.max(steps, 1), maxStepsPerLook);
    this.#stepsToLook = this.#stepsPerLook;
    this.#lookedAtMs = now;
    return now;
  }
}

/** The share of this thread, for all of its connections. */
export const loopShare = new LoopShare(now, (run) => loopTurn.request(run));
