import { now, startTimer, stopTimer, type Timer } from "../runtime/real-time.js";

/** The longest delay that `setTimeout` honours (https://developer.mozilla.org/docs/Web/API/Window/setTimeout#maximum_delay_value). */
const maxTimerMs = 2 ** 31 - 1;

/** Methods that Node's timers have and those of browsers lack. */
interface Refable {
  ref?(): void;
  unref?(): void;
}

/**
 * A point in time on the monotonic clock, so that a change of the wall clock does not move it. No
 * other class starts timers.
 */
export class Deadline {
  readonly #atMs: number;
  readonly #onExpire: () => void;
  #timer: Timer | undefined;
  #holdsProcess = true;

  /** @param timeoutMs milliseconds from now; `Infinity` never expires and holds no timer. */
  constructor(timeoutMs: number, onExpire: () => void) {
    this.#atMs = now() + timeoutMs;
    this.#onExpire = onExpire;
    this.#arm();
  }

  /** Milliseconds that are left, at least 0. */
  get remainingMs(): number {
    return Math.max(0, this.#atMs - now());
  }

  clear(): void {
    stopTimer(this.#timer);
    this.#timer = undefined;
  }

  /** Sets whether the timer keeps the process alive, in runtimes that support this. */
  holdProcess(holds: boolean): void {
    this.#holdsProcess = holds;
    const timer = this.#timer as Refable | undefined;
    if (holds) timer?.ref?.();
    else timer?.unref?.();
  }

  #arm(): void {
    const { remainingMs } = this;
    if (remainingMs === Number.POSITIVE_INFINITY) return;
    this.#timer = startTimer(() => this.#fire(), Math.min(Math.ceil(remainingMs), maxTimerMs));
    if (!this.#holdsProcess) this.holdProcess(false);
  }

  #fire(): void {
    if (this.remainingMs > 0) this.#arm();
    else this.#onExpire();
  }
}

/**
 * Resolves after `delayMs`, or at once when the signal aborts. Never rejects.
 * @param begun called with the timer.
 */
export function sleep(
  delayMs: number,
  signal: AbortSignal,
  begun?: (deadline: Deadline) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      deadline.clear();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const deadline = new Deadline(delayMs, done);
    begun?.(deadline);
    if (signal.aborted) done();
    else signal.addEventListener("abort", done);
  });
}
