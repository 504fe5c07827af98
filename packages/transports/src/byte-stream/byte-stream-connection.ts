import type { Duplex } from "node:stream";
import { setImmediate } from "node:timers";
import { RpcError } from "@crosspane/core";
import { FrameReader, type PeerInfo, type TransportCapabilities } from "@crosspane/core/transport";
import { BufferedConnection } from "../buffered-connection/buffered-connection.js";
import { initialMaxReceiveBytes } from "../buffered-connection/limits.js";
import { rpcErrorFromNode } from "../errors/node-error.js";
import { CorkWriter } from "./cork-writer.js";
import { nextTick } from "./next-tick.js";

/** A stream that keeps the process alive, as sockets do. */
interface Refable {
  ref?(): void;
  unref?(): void;
}

/** Properties of a byte stream that its transport knows. */
export interface ByteStreamOptions {
  readonly capabilities: TransportCapabilities;
  readonly peer: PeerInfo;
  /** Names the connection in error messages. */
  readonly endpoint: string;
}

/**
 * A connection over a connected `node:net` socket or another byte stream, which it then owns.
 * Create it in the turn in which the socket is connected or accepted, so that no event is missed.
 *
 * While it closes, it reads and drops what the peer still sends, because a peer that is not read
 * cannot finish either. An end of the stream ends both directions.
 */
export class ByteStreamConnection extends BufferedConnection<FrameReader> {
  readonly capabilities: TransportCapabilities;
  readonly peer: PeerInfo;
  readonly #socket: Duplex;
  readonly #writer: CorkWriter;
  readonly #onTick = () => this.#pump();
  #pumping = false;
  #inputEnded = false;
  #drainedBeforeStart = false;

  constructor(socket: Duplex, options: ByteStreamOptions) {
    super(options.endpoint, new FrameReader(options.endpoint, initialMaxReceiveBytes));
    this.capabilities = options.capabilities;
    this.peer = options.peer;
    this.#socket = socket;
    this.#writer = new CorkWriter(socket, {
      progress: () => this.progress(),
      drained: () => this.#drained(),
      idle: () => this.#endOutput(),
    });
    // Otherwise Node would end the socket when the peer does, before queued messages are written.
    socket.allowHalfOpen = true;
    socket.on("end", () => this.#inputEnd());
    socket.on("error", (error) => this.#broken(error));
    socket.on("close", () => this.#socketClosed());
  }

  send(message: Uint8Array): boolean {
    return this.state === "open" ? this.#writer.send(message) : true;
  }

  pause(): void {
    if (this.state !== "open") return;
    this.isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (this.state !== "open" || !this.isPaused) return;
    this.isPaused = false;
    // Not inside this call: its caller does not expect a message before it returns.
    if (this.receiver !== undefined) nextTick(this.#onTick);
    else this.#socket.resume();
  }

  ref(): void {
    (this.#socket as Refable).ref?.();
  }

  unref(): void {
    (this.#socket as Refable).unref?.();
  }

  protected get receivedBytes(): number {
    return this.reader.receivedBytes;
  }

  protected get unsentBytes(): number {
    return this.#writer.queuedBytes;
  }

  protected started(): void {
    if (this.state === "closing") return;
    this.#socket.on("data", (chunk: Buffer) => this.#take(chunk));
    nextTick(() => {
      if (this.#drainedBeforeStart) this.#drained();
      this.#pump();
    });
  }

  protected closing(): void {
    if (this.#socket.destroyed) return this.finish();
    this.#socket.resume();
    this.#writer.flush();
    if (this.#writer.queuedBytes === 0) this.#endOutput();
  }

  protected flushStalled(): void {
    const before = this.#writer.queuedBytes;
    setImmediate(() => {
      const isStalled = this.state === "closing" && this.#writer.queuedBytes === before;
      if (isStalled) this.finish(this.unsent());
    });
  }

  /** Destroys the socket. Its "close" event then ends the connection. */
  protected release(): void {
    this.#writer.drop();
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    if (this.state !== "open") return;
    this.reader.push(chunk);
    this.#pump();
  }

  /** Delivers messages until none is left, or until the receiver pauses, closes or aborts. */
  #pump(): void {
    if (this.#pumping || this.receiver === undefined) return;
    this.#pumping = true;
    try {
      while (this.state === "open" && !this.isPaused) {
        const message = this.reader.next();
        if (message === undefined) {
          this.#usedUp();
          break;
        }
        this.receiver.message(message);
      }
    } catch (thrown) {
      // Thrown by the reader, or by a receiver that breaks its contract. Either way, later messages
      // would be out of order.
      this.finish(RpcError.from(thrown, "internal"));
    } finally {
      this.#pumping = false;
    }
  }

  #usedUp(): void {
    const { insideMessage } = this.reader;
    if (this.#inputEnded) return this.finish(insideMessage ? this.#cutOff() : undefined);
    if (insideMessage) this.stall.watch();
    if (this.#socket.isPaused()) this.#socket.resume();
  }

  /**
   * Handles the end of the peer's messages. Earlier ones are delivered first, which may have to
   * wait for `start` or `resume`.
   */
  #inputEnd(): void {
    this.#inputEnded = true;
    this.#pump();
  }

  #broken(error: Error): void {
    if (this.state === "closing") {
      this.finish(this.#writer.queuedBytes === 0 ? undefined : this.unsent(error));
    } else if (this.reader.insideMessage) {
      this.finish(this.#cutOff(error));
    } else if (!this.#inputEnded) {
      this.finish(rpcErrorFromNode(error, "connection to", this.endpoint));
    }
  }

  #socketClosed(): void {
    if (this.state === "closing") {
      this.finish(this.#writer.queuedBytes === 0 ? undefined : this.unsent());
    } else if (this.#inputEnded) {
      // Messages are still to be delivered (see #inputEnd). Only sending has ended.
      this.#writer.drop();
    } else {
      this.finish(
        new RpcError("unavailable", `connection to ${this.endpoint}: the socket was closed; reconnect`),
      );
    }
    this.gone();
  }

  /** Ends in order when the system has taken all messages, then waits for the peer to end too. */
  #endOutput(): void {
    if (this.state !== "closing") return;
    this.awaitPeerEnd();
    this.#socket.end();
  }

  #drained(): void {
    if (this.state !== "open") return;
    if (this.receiver === undefined) this.#drainedBeforeStart = true;
    else this.receiver.drained();
  }

  #cutOff(cause?: Error): RpcError {
    const text = `connection to ${this.endpoint}: the peer's stream ended in the middle of a message; reconnect`;
    return new RpcError("unavailable", text, cause === undefined ? {} : { cause });
  }
}
