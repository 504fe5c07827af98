import { AsyncResource } from "node:async_hooks";
import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers";
import { loopTurn } from "@crosspane/core/transport";
import { maxPollUs, minPollUs, shortSleepUs, turnMs } from "./limits.js";

/** A connection that is polled for a while after it was active. */
export interface Pollable {
  readonly polling: Polling;
  /**
   * Does the work that is due; returns false if there was none in this many looks. Must not throw.
   */
  poll(looks: number): boolean;
  /**
   * Asks to be woken when there is work; returns false if there is some already. Must not throw.
   */
  sleep(): boolean;
}

/**
 * Decides how long one idle connection is polled.
 *
 * A short sleep means that a longer poll would have paid off, so the next poll is a full one. That
 * is longer than a sleeping peer takes to wake; otherwise two sides could repeatedly fall asleep
 * before the other one is awake. If a full poll found nothing and the peer answered as soon as this
 * side slept, the peer needed the processor that polling took. Full polls then become rarer and
 * rarer until one pays off.
 */
export class Polling {
  isHot = false;
  /**
   * Time when it went idle, in milliseconds; negative while it is active, infinite if it went idle
   * since the last reading of the clock.
   */
  idleSince = -1;
  /** Length of the polling when idle, in milliseconds. */
  budget = maxPollUs / 1000;
  #asleepSince = 0;
  #wasFull = false;
  #failures = 0;
  #sleepsToSkip = 0;

  /** Records that something arrived during the poll. */
  paid(): void {
    this.#failures = 0;
    this.#sleepsToSkip = 0;
    this.budget = Math.min(maxPollUs / 1000, this.budget * 2);
  }

  /** Records that nothing arrived within the budget. */
  fellAsleep(now: number): void {
    this.#asleepSince = now;
    this.#wasFull = this.budget > maxPollUs / 2000;
    this.budget = Math.max(minPollUs / 1000, this.budget / 2);
  }

  /** Records that the peer ended the sleep. */
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

/** Limit of the distance of full polls that make the peer wait: 2^6 short sleeps. */
const maxDoublings = 6;

/** Steps between two readings of the clock. */
const stepsPerClock = 8;

/**
 * Looks at the only connection in one step: a look takes some nanoseconds, a microtask a hundred.
 */
const looksAlone = 16;

/** Schedules a microtask without the bookkeeping that Node's `queueMicrotask` adds to each. */
const settled = Promise.resolve();

/**
 * Polls the active connections of this thread in microtasks. Between two looks the promises that a
 * message has settled run, so an answer is in flight before the next message is looked for. A
 * connection that stays idle for its budget is put to sleep; with all asleep nothing runs at all. A
 * budget grows when polling pays off and shrinks when it does not, so on a machine with few
 * processors the peer gets the one it needs.
 *
 * Timers and I/O get a turn every {@link turnMs}, however busy the connections are. Work of this
 * thread that waits for a turn gets it at once: streams that have used up their slice would
 * otherwise wait until nothing is left to poll.
 */
class Poller {
  readonly #hot: Pollable[] = [];
  /** Belongs to no call: deliveries must not run in the asynchronous context of the first poll. */
  readonly #resource = new AsyncResource("CrosspanePoller");
  readonly #onMicrotask = () => this.#step();
  readonly #start = () => void settled.then(this.#onMicrotask);
  #isRunning = false;
  #steps = 0;
  #turnStarted = 0;

  /** Starts polling from the next microtask. Cheap if the connection is polled already. */
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

  /** Starts polling a connection that was woken from its sleep. */
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
    // Not for...of: a pollable may cool itself or others while it is polled. One that is skipped
    // because of that has its turn in the next step.
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
    } else if (loopTurn.isAwaited || (isClockTime && now - this.#turnStarted > turnMs)) {
      setImmediate(() => {
        this.#turnStarted = performance.now();
        this.#step();
      });
    } else {
      settled.then(this.#onMicrotask);
    }
  }
}

/** The poller of this thread. */
export const poller = new Poller();
