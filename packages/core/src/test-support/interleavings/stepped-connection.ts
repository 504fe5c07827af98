import type { RpcError } from "../../errors/rpc-error.js";
import { memoryPair } from "../../testing/memory-transport.js";
import type { MessageReceiver, TransportConnection } from "../../transport/transport.js";

/** One end of a memory link that receives as many messages as a test lets it. */
export class SteppedConnection implements TransportConnection {
  readonly #inner: TransportConnection;
  #allowed = Number.POSITIVE_INFINITY;

  constructor(inner: TransportConnection) {
    this.#inner = inner;
  }

  static pair(): [SteppedConnection, SteppedConnection] {
    const [a, b] = memoryPair();
    return [new SteppedConnection(a), new SteppedConnection(b)];
  }

  get capabilities() {
    return this.#inner.capabilities;
  }

  get peer() {
    return this.#inner.peer;
  }

  get maxReceiveBytes() {
    return this.#inner.maxReceiveBytes;
  }

  set maxReceiveBytes(bytes: number) {
    this.#inner.maxReceiveBytes = bytes;
  }

  start(receiver: MessageReceiver): void {
    this.#inner.start({
      message: (bytes) => {
        receiver.message(bytes);
        if (--this.#allowed <= 0) this.#inner.pause();
      },
      drained: () => receiver.drained(),
      closed: (error) => receiver.closed(error),
    });
  }

  /** Nothing more is delivered until {@link allow}. */
  hold(): void {
    this.#allowed = 0;
    this.#inner.pause();
  }

  /** Lets the next messages through. */
  allow(messages: number): void {
    this.#allowed = messages;
    this.#inner.resume();
  }

  send(message: Uint8Array): boolean {
    return this.#inner.send(message);
  }

  pause(): void {
    this.#inner.pause();
  }

  resume(): void {
    this.#inner.resume();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  abort(error: RpcError): void {
    this.#inner.abort(error);
  }
}
