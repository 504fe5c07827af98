import { RpcError } from "../errors/rpc-error.js";
import type { TransportConnection } from "../transport/transport.js";
import { encodeReferences, type WireReference } from "../wire/messages/reference.js";

/** The sending end of a session: holds messages to the peer's size limit and knows when the peer reads too slowly. */
export class Outbox {
  readonly #connection: TransportConnection;
  /** Bytes of the largest message that can be sent. */
  readonly maxMessageBytes: number;
  #congested = false;

  /** @param peerMaxMessageBytes what the peer takes in one message. */
  constructor(connection: TransportConnection, peerMaxMessageBytes: number) {
    this.#connection = connection;
    this.maxMessageBytes = Math.min(peerMaxMessageBytes, connection.capabilities.maxMessageBytes);
  }

  /** True from the moment that the transport asked to wait until it has drained. */
  get congested(): boolean {
    return this.#congested;
  }

  /**
   * Sends one message.
   * @param what the message in words, for the error.
   * @param references what the message refers to, if anything; the peer is told of it right before.
   * @throws {RpcError} `resourceExhausted` if the peer would not take a message of this size; nothing was sent then.
   */
  send(message: Uint8Array, what: string, references?: readonly WireReference[]): void {
    if (message.length > this.maxMessageBytes) {
      throw new RpcError(
        "resourceExhausted",
        `${what} is ${message.length} bytes, and the peer takes at most maxMessageBytes = ${this.maxMessageBytes}`,
      );
    }
    if (references === undefined || references.length === 0) return this.sendControl(message);
    // Both are encoded into the same memory. `slice` of Node's Buffer would not copy.
    const kept = new Uint8Array(message);
    this.sendControl(encodeReferences(references));
    this.sendControl(kept);
  }

  /** Sends a message of this library's own making, which is below what every peer must take. Never throws. */
  sendControl(message: Uint8Array): void {
    if (!this.#connection.send(message)) this.#congested = true;
  }

  drained(): void {
    this.#congested = false;
  }
}
