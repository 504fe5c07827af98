import { RpcError } from "../errors/rpc-error.js";
import type { TransportConnection } from "../transport/transport.js";
import { encodeReferences, type WireReference } from "../wire/messages/reference.js";

const smaller = "send it in parts or as a stream, or raise `limits.maxMessageBytes` there";

/** Sends the messages of a session: enforces the peer's size limit and tracks congestion. */
export class MessageSender {
  readonly #connection: TransportConnection;
  /** Bytes of the largest message that can be sent. */
  readonly maxMessageBytes: number;
  #congested = false;

  /** @param peerMaxMessageBytes bytes that the peer accepts in one message. */
  constructor(connection: TransportConnection, peerMaxMessageBytes: number) {
    this.#connection = connection;
    this.maxMessageBytes = Math.min(peerMaxMessageBytes, connection.capabilities.maxMessageBytes);
  }

  /** True from the time the transport asks for a pause until it has drained. */
  get congested(): boolean {
    return this.#congested;
  }

  /**
   * Sends one message.
   * @param what description of the message, for the error.
   * @param references references in the message, if any. They are announced right before it.
   * @throws {RpcError} `resourceExhausted` if the message exceeds the peer's limit. Nothing is sent
   * then.
   */
  send(message: Uint8Array, what: string, references?: readonly WireReference[]): void {
    if (message.length > this.maxMessageBytes) {
      throw new RpcError(
        "resourceExhausted",
        `${what} is ${message.length} bytes, and the peer takes at most maxMessageBytes = ${this.maxMessageBytes}; ${smaller}`,
      );
    }
    if (references === undefined || references.length === 0) return this.sendControl(message);
    // Both messages are encoded into the same memory. `slice` of Node's Buffer would not copy.
    const kept = new Uint8Array(message);
    this.sendControl(encodeReferences(references));
    this.sendControl(kept);
  }

  /** Sends a control message, which is below the size that every peer must accept. Never throws. */
  sendControl(message: Uint8Array): void {
    if (!this.#connection.send(message)) this.#congested = true;
  }

  drained(): void {
    this.#congested = false;
  }
}
