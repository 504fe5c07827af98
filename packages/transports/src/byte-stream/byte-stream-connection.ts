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

/** What a byte stream does not know of itself. */
export interface ByteStreamOptions {
  readonly capabilities: TransportCapabilities;
  readonly peer: PeerInfo;
  /** Names the connection in error messages. */
  readonly endpoint: string;
}

/**
 * A connection over a connected `node:net` socket or another stream of bytes, which it owns from now on. Make it in the same turn in
 * which the socket was connected or accepted, so that no event is missed.
 *
 * While it closes, what still comes from the peer is read and thrown away, because a peer that is not read cannot finish
 * either. An end of the stream ends both directions.
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
    // Otherwise Node would end the socket by itself when the peer does, before what is queued here was written.
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
    // Not from inside the call: its caller does not expect a message before it returns.
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

  /** The end of the socket, which comes after it is destroyed, is the end of the connection. */
  protected release(): void {
    this.#writer.drop();
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    if (this.state !== "open") return;
    this.reader.push(chunk);
    this.#pump();
  }

  /** Delivers what is there until it is used up, or until the receiver pauses, closes or aborts. */
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
      // From the reader, or from a receiver that breaks its contract: the messages after it have lost their order either way.
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

  /** The peer sends nothing more. What came before is delivered first, which may wait for `start` or `resume`. */
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
      // Messages are still to be delivered, see #inputEnd; only sending is over.
      this.#writer.drop();
    } else {
      this.finish(
        new RpcError("unavailable", `connection to ${this.endpoint}: the socket was closed; reconnect`),
      );
    }
    this.gone();
  }

  /** All that was queued is with the system: end in order, then wait for the peer to do the same. */
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
