import { RpcError } from "../errors/rpc-error.js";
import { toForm } from "../references/shapes/stream-form.js";
import { StreamShape } from "../references/shapes/stream-shape.js";
import { markIdentity, unwrapped } from "../runtime/identity.js";
import type { Method } from "../service/method.js";

/**
 * Creates the stream that a method returns, in the form that its contract declares.
 * @param begin makes the call; the signal cancels it.
 */
export function calledStream(method: Method | undefined, begin: (signal: AbortSignal) => unknown): object {
  const stream = new CalledStream(begin as Begin);
  return method?.result instanceof StreamShape ? toForm(method.result.form, stream) : stream;
}

type Begin = (signal: AbortSignal) => Promise<AsyncIterable<unknown, undefined>>;

const done: IteratorResult<never, undefined> = { done: true, value: undefined };

/**
 * The stream that a method returns. Like a local generator it does nothing before it is first read,
 * and a stream that is never read costs nothing.
 */
class CalledStream implements AsyncIterableIterator<unknown, undefined>, AsyncDisposable {
  #begin: Begin | undefined;
  /** Cancels the call; undefined before it is made. */
  #canceller: AbortController | undefined;
  #stream: Promise<AsyncIterator<unknown, undefined>> | undefined;
  #iterator: AsyncIterator<unknown, undefined> | undefined;

  #failed = false;

  /** @param begin makes the call; the signal cancels it. */
  constructor(begin: Begin) {
    this.#begin = begin;
    markIdentity(this);
  }

  /** Returns the stream itself, also for a wrapper around it. */
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
      // The error is thrown once, as by a generator. After it the stream has ended.
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

  /** Prevents the call, or cancels it if it is pending. */
  async #leave(): Promise<AsyncIterator<unknown> | undefined> {
    const stream = this.#stream;
    if (stream !== undefined && this.#iterator === undefined) {
      this.#canceller?.abort(new RpcError("cancelled", "the stream was closed before its call was answered"));
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
