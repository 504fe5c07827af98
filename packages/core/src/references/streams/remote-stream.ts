import { RpcError } from "../../errors/rpc-error.js";
import { markIdentity, unwrapped } from "../../runtime/identity.js";
import type { StreamConsumer } from "./stream-consumer.js";

/** A stream of the peer, as the program reads it. */
export class RemoteStream implements AsyncIterableIterator<unknown, undefined>, AsyncDisposable {
  readonly #consumer: StreamConsumer;

  constructor(consumer: StreamConsumer) {
    this.#consumer = consumer;
    markIdentity(this);
  }

  /** Returns the stream itself if a method is called on a wrapper around it. */
  static #of(stream: RemoteStream): RemoteStream {
    return #consumer in stream ? stream : (unwrapped(stream) as RemoteStream);
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    const stream = RemoteStream.#of(this);
    return stream.#consumer.next(stream);
  }

  async return(): Promise<IteratorResult<unknown, undefined>> {
    RemoteStream.#of(this).#consumer.stop();
    return { done: true, value: undefined };
  }

  /** Throws the error's code and message into the peer's generator. */
  async throw(error: unknown): Promise<never> {
    RemoteStream.#of(this).#consumer.stop(RpcError.from(error, "cancelled"));
    throw error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    RemoteStream.#of(this).#consumer.stop();
  }

  [Symbol.asyncIterator](): this {
    return RemoteStream.#of(this) as this;
  }
}
