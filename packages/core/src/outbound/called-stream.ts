import { RpcError } from "../errors/rpc-error.js";
import { toForm } from "../references/shapes/stream-form.js";
import { StreamShape } from "../references/shapes/stream-shape.js";
import { markIdentity, unwrapped } from "../runtime/identity.js";
import type { Method } from "../service/method.js";

/**
 * The stream that a method answers with, in the form that its contract says.
 * @param begin makes the call; the signal cancels it.
 */
export function calledStream(method: Method | undefined, begin: (signal: AbortSignal) => unknown): object {
  const stream = new CalledStream(begin as Begin);
  return method?.result instanceof StreamShape ? toForm(method.result.form, stream) : stream;
}

type Begin = (signal: AbortSignal) => Promise<AsyncIterable<unknown, undefined>>;

const done: IteratorResult<never, undefined> = { done: true, value: undefined };

/**
 * The stream that a method answers with: as of a local generator, nothing happens before it is first read, and a stream that is never read
 * costs nothing.
 */
class CalledStream implements AsyncIterableIterator<unknown, undefined>, AsyncDisposable {
  #begin: Begin | undefined;
  /** Of the call, once it was made. */
  #canceller: AbortController | undefined;
  #stream: Promise<AsyncIterator<unknown, undefined>> | undefined;
  #iterator: AsyncIterator<unknown, undefined> | undefined;

  #failed = false;

  /** @param begin makes the call; the signal cancels it. */
  constructor(begin: Begin) {
    this.#begin = begin;
    markIdentity(this);
  }

  /** The stream itself where a method is called on a wrapper around it. */
  static #of(stream: CalledStream): CalledStream {
    return #iterator in stream ? stream : (unwrapped(stream) as CalledStream);
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    const stream = CalledStream.#of(this);
    return stream.#iterator === undefined ? stream.#first() : stream.#iterator.next();
  }

  async #first(): Promise<IteratorResult<unknown, undefined>> {
    let iterator: AsyncIterator<unknown, undefined> | undefined;
    try {
      iterator = await this.#open();
    } catch (thrown) {
      this.#stream = undefined;
      // An error is told once, as a generator does; after it the stream is at its end.
      if (this.#failed || this.#canceller?.signal.aborted === true) return done;
      this.#failed = true;
      throw thrown;
    }
    if (iterator === undefined) return done;
    this.#iterator = iterator;
    return iterator.next();
  }

  async return(): Promise<IteratorResult<unknown, undefined>> {
    await (await CalledStream.#of(this).#leave())?.return?.();
    return done;
  }

  async throw(error: unknown): Promise<never> {
    const iterator = await CalledStream.#of(this).#leave();
    await (iterator?.throw?.(error) ?? iterator?.return?.());
    throw error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return CalledStream.#of(this) as this;
  }

  /** No call is made any more; one that is not answered yet is cancelled. */
  async #leave(): Promise<AsyncIterator<unknown> | undefined> {
    const stream = this.#stream;
    if (stream !== undefined && this.#iterator === undefined) {
      this.#canceller?.abort(new RpcError("cancelled", "the stream was left before its call was answered"));
    }
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
      this.#canceller = new AbortController();
      this.#stream = begin(this.#canceller.signal).then((stream) => stream[Symbol.asyncIterator]());
    }
    return this.#stream;
  }
}
