/** Returns true for the result of a method that returns `AsyncIterable`. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

/**
 * Returns the same items. Calls `ended` once, when the iteration has ended, was left, or failed,
 * with the error if there is one.
 */
export function watchIterable<T>(
  iterable: AsyncIterable<T>,
  ended: (error?: unknown) => void,
): WatchedIterator<T> {
  return new WatchedIterator(iterable, ended);
}

/** The iterator of {@link watchIterable}. */
export class WatchedIterator<T> implements AsyncIterableIterator<T> {
  readonly #iterable: AsyncIterable<T>;
  readonly #ended: (error?: unknown) => void;
  #inner: AsyncIterator<T> | undefined;
  #over = false;
  #told = false;

  constructor(iterable: AsyncIterable<T>, ended: (error?: unknown) => void) {
    this.#iterable = iterable;
    this.#ended = ended;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<T>> {
    if (this.#over) return { done: true, value: undefined };
    return this.#step(() => this.#begin().next());
  }

  async return(value?: unknown): Promise<IteratorResult<T>> {
    this.#over = true;
    try {
      await this.#begin().return?.(value);
    } finally {
      this.#end();
    }
    return { done: true, value: value as T };
  }

  async throw(error?: unknown): Promise<IteratorResult<T>> {
    return this.#step(async () => {
      const inner = this.#begin();
      if (inner.throw !== undefined) return inner.throw(error);
      await inner.return?.();
      throw error;
    });
  }

  #begin(): AsyncIterator<T> {
    this.#inner ??= this.#iterable[Symbol.asyncIterator]();
    return this.#inner;
  }

  async #step(step: () => Promise<IteratorResult<T>>): Promise<IteratorResult<T>> {
    try {
      const result = await step();
      if (result.done === true) this.#end();
      return result;
    } catch (thrown) {
      this.#end(thrown);
      throw thrown;
    }
  }

  #end(...error: [error?: unknown]): void {
    this.#over = true;
    if (this.#told) return;
    this.#told = true;
    this.#ended(...error);
  }
}
