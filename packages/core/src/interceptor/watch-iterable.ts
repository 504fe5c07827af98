/** Whether a value is the result of a method with `AsyncIterable`. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

/** The same items; `ended` is called once, when the iteration has come to its end, was left, or failed, with what it failed with. */
export function watchIterable<T>(
  iterable: AsyncIterable<T>,
  ended: (error?: unknown) => void,
): AsyncIterableIterator<T> {
  return new WatchedIterator(() => iterable, ended);
}

/** An iterable that is asked for when its first item is: as the body of an async generator begins. */
export function deferIterable<T>(start: () => Promise<AsyncIterable<T>>): AsyncIterableIterator<T> {
  return new WatchedIterator(start, () => {});
}

class WatchedIterator<T> implements AsyncIterableIterator<T> {
  readonly #start: () => AsyncIterable<T> | Promise<AsyncIterable<T>>;
  readonly #ended: (error?: unknown) => void;
  #inner: Promise<AsyncIterator<T>> | undefined;
  #over = false;
  #told = false;

  constructor(start: () => AsyncIterable<T> | Promise<AsyncIterable<T>>, ended: (error?: unknown) => void) {
    this.#start = start;
    this.#ended = ended;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<T>> {
    if (this.#over) return { done: true, value: undefined };
    return this.#step(async () => (await this.#begin()).next());
  }

  async return(value?: unknown): Promise<IteratorResult<T>> {
    const inner = await this.#leave();
    try {
      await inner?.return?.(value);
    } finally {
      this.#end();
    }
    return { done: true, value: value as T };
  }

  async throw(error?: unknown): Promise<IteratorResult<T>> {
    const inner = await this.#leave();
    return this.#step(async () => {
      if (inner?.throw !== undefined) return inner.throw(error);
      await inner?.return?.();
      throw error;
    });
  }

  #begin(): Promise<AsyncIterator<T>> {
    this.#inner ??= Promise.resolve(this.#start()).then((iterable) => iterable[Symbol.asyncIterator]());
    return this.#inner;
  }

  /** The iterator, if it was begun; one that was not is never begun after this. */
  async #leave(): Promise<AsyncIterator<T> | undefined> {
    const begun = this.#inner;
    if (begun === undefined) this.#over = true;
    // One whose beginning failed has told so to who asked for the first item.
    return begun?.catch(() => undefined);
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
