import { nextTurn } from "../runtime/real-time.js";

/**
 * The next turn of the event loop, and whether work of this thread waits for it. A transport that
 * polls ends its turn then: polling before the turn comes would only keep that work waiting.
 */
export class LoopTurn {
  #awaited = 0;

  /** True while work waits for the next turn. */
  get isAwaited(): boolean {
    return this.#awaited > 0;
  }

  /** Runs a function in the next turn. */
  request(run: () => void): void {
    this.#awaited++;
    nextTurn(() => {
      this.#awaited--;
      run();
    });
  }
}

/** The next turn of this thread's event loop. */
export const loopTurn = new LoopTurn();
