import { RpcError } from "../errors/rpc-error.js";
import type { TransportConnection } from "../transport/transport.js";

/** The sending end of a session: holds messages to the peer's size limit and knows when the peer reads too slowly. */
export class Outbox {
  readonly #connection: TransportConnection;
  #maxMessageBytes = Number.POSITIVE_INFINITY;
  #congested = false;

  constructor(connection: TransportConnection) {
    this.#connection = connection;
  }

  /** True from the moment that the transport asked to wait until it has drained. */
  get congested(): boolean {
    return this.#congested;
  }

  /** Sets the peer's limit, once the handshake told it. */
  limitTo(maxMessageBytes: number): void {
    this.#maxMessageBytes = Math.min(maxMessageBytes, this.#connection.capabilities.maxMessageBytes);
  }

  /**
   * Sends one message.
   * @param what the message in words, for the error.
   * @throws {RpcError} `resourceExhausted` if the peer would not take a message of this size; nothing was sent then.
   */
  send(message: Uint8Array, what: string): void {
    if (message.length > this.#maxMessageBytes) {
      throw new RpcError(
        "resourceExhausted",
        `${what} is ${message.length} bytes, and the peer takes at most maxMessageBytes = ${this.#maxMessageBytes}`,
      );
    }
    if (!this.#connection.send(message)) this.#congested = true;
  }

  /** Sends a message of this library's own making, which is below what every peer must take. Never throws. */
  sendControl(message: Uint8Array): void {
    if (!this.#connection.send(message)) this.#congested = true;
  }

  drained(): void {
    this.#congested = false;
  }
}
