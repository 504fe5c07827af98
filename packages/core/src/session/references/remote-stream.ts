import { RpcError } from "../../errors/rpc-error.js";
import type { StreamConsumer } from "./stream-consumer.js";

/** What the program reads a stream of the peer by. */
export class RemoteStream implements AsyncIterableIterator<unknown, undefined>, AsyncDisposable {
  readonly #consumer: StreamConsumer;

  constructor(consumer: StreamConsumer) {
    this.#consumer = consumer;
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    return this.#consumer.next(this);
  }

  async return(): Promise<IteratorResult<unknown, undefined>> {
    this.#consumer.stop();
    return { done: true, value: undefined };
  }

  /** The peer's generator is thrown the code and message. */
  async throw(error: unknown): Promise<never> {
    this.#consumer.stop(RpcError.from(error, "cancelled"));
    throw error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#consumer.stop();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
