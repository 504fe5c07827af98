import { Deadline } from "../call/deadline.js";
import { snapshot } from "../call/snapshot.js";
import { assertMs } from "../errors/assert-ms.js";
import { assertOptions, type OptionNames } from "../errors/assert-options.js";

/** A function that reports progress no faster than its listener can use it. */
export interface ThrottledReport<T> extends AsyncDisposable {
  (value: T): void;
  /** Passes on the last value, if it was held back. Resolves once the listener has taken it. */
  flush(): Promise<void>;
}

/** Options for {@link throttled}. */
export interface ThrottledOptions {
  /** Minimum milliseconds between two values; 100 by default. */
  readonly intervalMs?: number;
}

const optionNames = { intervalMs: true } satisfies OptionNames<ThrottledOptions>;

/**
 * Throttles a function that reports progress. It may be called for every byte, and passes on the
 * newest value at most once an interval, never while the listener is busy with the one before. The
 * last value always gets through: `await using report = throttled(onProgress)`. A listener that has
 * failed, because no one listens any more, is not called again.
 * @throws {RpcError} `invalidArgument` if `intervalMs` is negative or not a number.
 */
export function throttled<T>(
  listener: (value: T) => unknown,
  options: ThrottledOptions = {},
): ThrottledReport<T> {
  assertOptions("throttled", options, optionNames);
  const { intervalMs = 100 } = options;
  assertMs("throttled: intervalMs", intervalMs);
  const rater = new Rater(listener, intervalMs);
  const flush = () => rater.flush();
  return Object.assign((value: T) => rater.report(value), { flush, [Symbol.asyncDispose]: flush });
}

class Rater<T> {
  readonly #listener: (value: T) => unknown;
  readonly #intervalMs: number;
  /** The newest value that was not passed on. */
  #held: { readonly value: T } | undefined;
  #pause: Deadline | undefined;
  #taking: Promise<void> | undefined;
  #deaf = false;

  constructor(listener: (value: T) => unknown, intervalMs: number) {
    this.#listener = listener;
    this.#intervalMs = intervalMs;
  }

  report(value: T): void {
    this.#held = { value };
    this.#passWhenFree();
    if (this.#held !== undefined && !this.#deaf) this.#held = { value: snapshot(value) };
  }

  async flush(): Promise<void> {
    await this.#taking;
    this.#endPause();
    this.#passWhenFree();
    await this.#taking;
    // A value that was reported meanwhile waits for the end of the pause.
    if (this.#held === undefined || this.#deaf) this.#endPause();
  }

  #passWhenFree(): void {
    if (this.#pause !== undefined || this.#taking !== undefined || this.#held === undefined || this.#deaf)
      return;
    const { value } = this.#held;
    this.#held = undefined;
    this.#pause = new Deadline(this.#intervalMs, () => {
      this.#endPause();
      this.#passWhenFree();
    });
    this.#taking = this.#pass(value);
  }

  async #pass(value: T): Promise<void> {
    try {
      await this.#listener(value);
    } catch {
      this.#deaf = true;
    }
    this.#taking = undefined;
    this.#passWhenFree();
  }

  #endPause(): void {
    this.#pause?.clear();
    this.#pause = undefined;
  }
}
