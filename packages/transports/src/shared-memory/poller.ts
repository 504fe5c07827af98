import { AsyncResource } from "node:async_hooks";
import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers";
import { maxPollUs, minPollUs, shortSleepUs, turnMs } from "./limits.js";

/** Something that is looked at again and again for a while after it was active. */
export interface Pollable {
  readonly polling: Polling;
  /** Does what there is to do; false if there was nothing, although it was looked for so many times. Must not throw. */
  poll(looks: number): boolean;
  /** Asks to be woken when there is something to do; false if there is already. Must not throw. */
  sleep(): boolean;
}

/**
 * Decides how long one connection is polled when it is idle.
 *
 * A short sleep says that polling for longer would have paid, so the next poll is a full one: longer than a sleeping peer takes to wake, because
 * two sides that both fall asleep before the other one is awake would go on like that. But where a full poll found nothing and the peer answered as
 * soon as this side slept, the peer needed the processor that the polling took; then full polls become rarer and rarer until one pays.
 */
export class Polling {
  isHot = false;
  /** When it went idle, in milliseconds; negative while it is active, infinite if it went idle since the last look at the clock. */
  idleSince = -1;
  /** How long to go on polling when idle, in milliseconds. */
  budget = maxPollUs / 1000;
  #asleepSince = 0;
  #wasFull = false;
  #failures = 0;
  #sleepsToSkip = 0;

  /** Something came while it was polled. */
  paid(): void {
    this.#failures = 0;
    this.#sleepsToSkip = 0;
    this.budget = Math.min(maxPollUs / 1000, this.budget * 2);
  }

  /** Nothing came for as long as the budget. */
  fellAsleep(now: number): void {
    this.#asleepSince = now;
    this.#wasFull = this.budget > maxPollUs / 2000;
    this.budget = Math.max(minPollUs / 1000, this.budget / 2);
  }

  /** The peer ended its sleep. */
  wasWoken(now: number): void {
    if (now - this.#asleepSince > shortSleepUs / 1000) return;
    if (this.#wasFull) {
      this.#failures = Math.min(this.#failures + 1, maxDoublings);
      this.#sleepsToSkip = 2 ** this.#failures - 1;
    } else if (this.#sleepsToSkip > 0) {
      this.#sleepsToSkip--;
    } else {
      this.budget = maxPollUs / 1000;
    }
  }
}

/** Full polls that keep the peer waiting are at most 2^6 short sleeps apart. */
const maxDoublings = 6;

/** Steps between two looks at the clock. */
const stepsPerClock = 8;

/** How often the only connection is looked at in one step: a look takes some nanoseconds, a microtask a hundred. */
const looksAlone = 16;

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
    if (!polling.isHot) polling.wasWoken(performance.now());
    this.heat(pollable);
  }

  cool(pollable: Pollable): void {
    pollable.polling.isHot = false;
    const index = this.#hot.indexOf(pollable);
    if (index >= 0) this.#hot.splice(index, 1);
  }

  #step(): void {
    const isClockTime = ++this.#steps % stepsPerClock === 0;
    const now = isClockTime ? performance.now() : 0;
    const looks = this.#hot.length === 1 ? looksAlone : 1;
    // Not for...of: a pollable may cool itself or others while it is polled; one that is skipped by that has its turn in the next step.
    for (let i = 0; i < this.#hot.length; i++) {
      const pollable = this.#hot[i] as Pollable;
      const { polling } = pollable;
      if (pollable.poll(looks)) {
        if (polling.idleSince >= 0) polling.paid();
        polling.idleSince = -1;
      } else if (polling.idleSince < 0 || (isClockTime && polling.idleSince === Number.POSITIVE_INFINITY)) {
        polling.idleSince = isClockTime ? now : Number.POSITIVE_INFINITY;
      } else if (
        isClockTime &&
        now - polling.idleSince > polling.budget &&
        polling.isHot &&
        pollable.sleep()
      ) {
        polling.fellAsleep(now);
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

/** The one of this thread. */
export const poller = new Poller();
