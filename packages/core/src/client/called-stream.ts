import { toForm } from "../reference/stream-form.js";
import { StreamShape } from "../reference/stream-shape.js";
import type { Method } from "../service/method.js";

/**
 * The stream that a method answers with, in the form that its contract says.
 * @param begin makes the call.
 */
export function calledStream(method: Method | undefined, begin: () => unknown): object {
  const stream = new CalledStream(begin as () => Promise<AsyncIterable<unknown, undefined>>);
  return method?.result instanceof StreamShape ? toForm(method.result.form, stream) : stream;
}

/**
 * The stream that a method answers with: as of a local generator, nothing happens before it is first read, and a stream that is never read
 * costs nothing.
 */
class CalledStream implements AsyncIterableIterator<unknown, undefined>, AsyncDisposable {
  #begin: (() => Promise<AsyncIterable<unknown, undefined>>) | undefined;
  #stream: Promise<AsyncIterator<unknown, undefined>> | undefined;
  #iterator: AsyncIterator<unknown, undefined> | undefined;

  /** @param begin makes the call. */
  constructor(begin: () => Promise<AsyncIterable<unknown, undefined>>) {
    this.#begin = begin;
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    return this.#iterator === undefined ? this.#first() : this.#iterator.next();
  }

  async #first(): Promise<IteratorResult<unknown, undefined>> {
    const iterator = await this.#open();
    if (iterator === undefined) return { done: true, value: undefined };
    this.#iterator = iterator;
    return iterator.next();
  }

  async return(): Promise<IteratorResult<unknown, undefined>> {
    await (await this.#leave())?.return?.();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<never> {
    const iterator = await this.#leave();
    await (iterator?.throw?.(error) ?? iterator?.return?.());
    throw error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** No call is made any more; one that was made is waited for. */
  async #leave(): Promise<AsyncIterator<unknown> | undefined> {
    const stream = this.#stream;
    this.#begin = undefined;
    this.#stream = undefined;
    this.#iterator = undefined;
    try {
      return await stream;
    } catch {
      return undefined;
    }
  }

  #open(): Promise<AsyncIterator<unknown, undefined>> | undefined {
    if (this.#begin !== undefined) {
      const begin = this.#begin;
      this.#begin = undefined;
      this.#stream = begin().then((stream) => stream[Symbol.asyncIterator]());
    }
    return this.#stream;
  }
}
