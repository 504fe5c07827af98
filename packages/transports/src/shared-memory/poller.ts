import { AsyncResource } from "node:async_hooks";
import { maxPollUs, minPollUs, shortSleepUs, turnMs } from "./limits.js";

/** Something that is looked at again and again for a while after it was active. */
export interface Pollable {
  readonly polling: Polling;
  /** Does what there is to do; false if there was nothing. Must not throw. */
  poll(): boolean;
  /** Asks to be woken when there is something to do; false if there is already. Must not throw. */
  sleep(): boolean;
}

/** The poller's notes about one of its pollables. */
export class Polling {
  isHot = false;
  /** When it went idle, in milliseconds; negative while it is active. */
  idleSince = -1;
  /** How long to go on polling when idle, in milliseconds. */
  budget = maxPollUs / 1000;
  asleepSince = 0;
}

/** Looks at a pollable between two looks at the clock. */
const looksPerClock = 8;

/** Asks for a microtask without the bookkeeping that Node's `queueMicrotask` adds to each. */
const settled = Promise.resolve();

/**
 * Polls the connections of this thread that are active, in microtasks: between two looks the promises that a message has settled run
 * on, so an answer is on its way before this looks for the next message. A connection that stays idle for its budget is put to sleep;
 * with all asleep nothing runs at all. A budget grows when polling pays and shrinks when it does not, so that on a machine with few processors the
 * peer is not kept from the one it needs.
 *
 * Timers and I/O get a turn every {@link turnMs}, however busy the connections are.
 */
class Poller {
  readonly #hot: Pollable[] = [];
  /** Of no call in particular: what is delivered must not run in the asynchronous context of whoever polled first. */
  readonly #resource = new AsyncResource("CrosspanePoller");
  readonly #onMicrotask = () => this.#step();
  readonly #start = () => void settled.then(this.#onMicrotask);
  #isRunning = false;
  #steps = 0;
  #turnStarted = 0;

  /** Polls from now on, from the next microtask. Cheap for what is polled already. */
  heat(pollable: Pollable): void {
    const { polling } = pollable;
    polling.idleSince = -1;
    if (polling.isHot) return;
    polling.isHot = true;
    this.#hot.push(pollable);
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#turnStarted = performance.now();
    this.#resource.runInAsyncScope(this.#start);
  }

  /** As `heat`, for one that was woken from its sleep. */
  wake(pollable: Pollable): void {
    const { polling } = pollable;
    if (!polling.isHot && performance.now() - polling.asleepSince < shortSleepUs / 1000) grow(polling);
    this.heat(pollable);
  }

  cool(pollable: Pollable): void {
    pollable.polling.isHot = false;
    const index = this.#hot.indexOf(pollable);
    if (index >= 0) this.#hot.splice(index, 1);
  }

  #step(): void {
    const isClockTime = ++this.#steps % looksPerClock === 0;
    let now = isClockTime ? performance.now() : 0;
    // Not for...of: a pollable may cool itself or others while it is polled; one that is skipped by that has its turn in the next step.
    for (let i = 0; i < this.#hot.length; i++) {
      const pollable = this.#hot[i] as Pollable;
      const { polling } = pollable;
      if (pollable.poll()) {
        if (polling.idleSince >= 0) grow(polling);
        polling.idleSince = -1;
      } else if (polling.idleSince < 0) {
        if (now === 0) now = performance.now();
        polling.idleSince = now;
      } else if (
        isClockTime &&
        now - polling.idleSince > polling.budget &&
        polling.isHot &&
        pollable.sleep()
      ) {
        polling.budget = Math.max(minPollUs / 1000, polling.budget / 2);
        polling.asleepSince = now;
        this.cool(pollable);
        i--;
      }
    }
    if (this.#hot.length === 0) {
      this.#isRunning = false;
    } else if (isClockTime && now - this.#turnStarted > turnMs) {
      setImmediate(() => {
        this.#turnStarted = performance.now();
        this.#step();
      });
    } else {
      settled.then(this.#onMicrotask);
    }
  }
}

function grow(polling: Polling): void {
  polling.budget = Math.min(maxPollUs / 1000, polling.budget * 2);
}

/** The one of this thread. */
export const poller = new Poller();
