import type { Duplex } from "node:stream";
import { clearTimeout, setImmediate, setTimeout } from "node:timers";
import { RpcError } from "@crosspane/core";
import {
  FrameReader,
  type MessageReceiver,
  microtask,
  type PeerInfo,
  StallWatch,
  type TransportCapabilities,
  type TransportConnection,
} from "@crosspane/core/transport";
import { messageStalled } from "../errors/message-stalled.js";
import { rpcErrorFromNode } from "../errors/node-error.js";
import { flushStallMs, initialMaxReceiveBytes, peerCloseMs } from "./byte-stream-limits.js";
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
 * It is `open`, then `closing` if `close` was called, then `ended`. While it closes, what still comes from the peer is read
 * and thrown away, because a peer that is not read cannot finish either. An end of the stream ends both directions.
 */
export class ByteStreamConnection implements TransportConnection {
  readonly capabilities: TransportCapabilities;
  readonly peer: PeerInfo;
  readonly #endpoint: string;
  readonly #socket: Duplex;
  readonly #reader: FrameReader;
  readonly #writer: CorkWriter;
  readonly #gone = Promise.withResolvers<void>();
  readonly #stall: StallWatch;
  readonly #onTick = () => this.#pump();
  #state: "open" | "closing" | "ended" = "open";
  #receiver: MessageReceiver | undefined;
  #reason: RpcError | undefined;
  #paused = false;
  #pumping = false;
  #inputEnded = false;
  #drainedBeforeStart = false;
  #closeTimer: NodeJS.Timeout | undefined;

  constructor(socket: Duplex, options: ByteStreamOptions) {
    this.capabilities = options.capabilities;
    this.peer = options.peer;
    this.#endpoint = options.endpoint;
    this.#socket = socket;
    this.#reader = new FrameReader(options.endpoint, initialMaxReceiveBytes);
    this.#writer = new CorkWriter(socket, {
      progress: () => this.#closeTimer?.refresh(),
      drained: () => this.#drained(),
      idle: () => this.#endOutput(),
    });
    this.#stall = new StallWatch({
      receivedBytes: () => this.#reader.receivedBytes,
      isInsideMessage: () => this.#state === "open" && !this.#paused && this.#reader.insideMessage,
      stalled: () => this.#finish(this.#stalled()),
    });
    // Otherwise Node would end the socket by itself when the peer does, before what is queued here was written.
    socket.allowHalfOpen = true;
    socket.on("end", () => this.#inputEnd());
    socket.on("error", (error) => this.#broken(error));
    socket.on("close", () => this.#socketClosed());
  }

  get maxReceiveBytes(): number {
    return this.#reader.maxMessageBytes;
  }

  set maxReceiveBytes(bytes: number) {
    this.#reader.maxMessageBytes = bytes;
  }

  get messageStallMs(): number {
    return this.#stall.limitMs;
  }

  set messageStallMs(ms: number) {
    this.#stall.limitMs = ms;
  }

  start(receiver: MessageReceiver): void {
    if (this.#receiver !== undefined) throw new Error("TransportConnection.start: already started");
    this.#receiver = receiver;
    if (this.#state === "ended") return this.#report(receiver);
    if (this.#state === "closing") return;
    this.#socket.on("data", (chunk: Buffer) => this.#take(chunk));
    nextTick(() => {
      if (this.#drainedBeforeStart) this.#drained();
      this.#pump();
    });
  }

  send(message: Uint8Array): boolean {
    return this.#state === "open" ? this.#writer.send(message) : true;
  }

  pause(): void {
    if (this.#state !== "open") return;
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (this.#state !== "open" || !this.#paused) return;
    this.#paused = false;
    // Not from inside the call: its caller does not expect a message before it returns.
    if (this.#receiver !== undefined) nextTick(this.#onTick);
    else this.#socket.resume();
  }

  ref(): void {
    (this.#socket as Refable).ref?.();
  }

  unref(): void {
    (this.#socket as Refable).unref?.();
  }

  close(): Promise<void> {
    if (this.#state === "open") {
      this.#state = "closing";
      if (this.#socket.destroyed) {
        this.#finish();
      } else {
        this.#socket.resume();
        this.#closeTimer = setTimeout(() => this.#flushStalled(), flushStallMs);
        this.#writer.flush();
        if (this.#writer.queuedBytes === 0) this.#endOutput();
      }
    }
    return this.#gone.promise;
  }

  abort(error: RpcError): void {
    this.#finish(error);
  }

  #take(chunk: Buffer): void {
    if (this.#state !== "open") return;
    this.#reader.push(chunk);
    this.#pump();
  }

  /** Delivers what is there until it is used up, or until the receiver pauses, closes or aborts. */
  #pump(): void {
    if (this.#pumping || this.#receiver === undefined) return;
    this.#pumping = true;
    try {
      while (this.#state === "open" && !this.#paused) {
        const message = this.#reader.next();
        if (message === undefined) {
          this.#usedUp();
          break;
        }
        this.#receiver.message(message);
      }
    } catch (thrown) {
      // From the reader, or from a receiver that breaks its contract: the messages after it have lost their order either way.
      this.#finish(RpcError.from(thrown, "internal"));
    } finally {
      this.#pumping = false;
    }
  }

  #usedUp(): void {
    const { insideMessage } = this.#reader;
    if (this.#inputEnded) return this.#finish(insideMessage ? this.#cutOff() : undefined);
    if (insideMessage) this.#stall.watch();
    if (this.#socket.isPaused()) this.#socket.resume();
  }

  /** The peer sends nothing more. What came before is delivered first, which may wait for `start` or `resume`. */
  #inputEnd(): void {
    this.#inputEnded = true;
    this.#pump();
  }

  #broken(error: Error): void {
    if (this.#state === "closing") {
      this.#finish(this.#writer.queuedBytes === 0 ? undefined : this.#unsent(error));
    } else if (this.#reader.insideMessage) {
      this.#finish(this.#cutOff(error));
    } else if (!this.#inputEnded) {
      this.#finish(rpcErrorFromNode(error, "connection to", this.#endpoint));
    }
  }

  #socketClosed(): void {
    if (this.#state === "closing") {
      this.#finish(this.#writer.queuedBytes === 0 ? undefined : this.#unsent());
    } else if (this.#inputEnded) {
      // Messages are still to be delivered, see #inputEnd; only sending is over.
      this.#writer.drop();
    } else {
      this.#finish(
        new RpcError("unavailable", `connection to ${this.#endpoint}: the socket was closed; reconnect`),
      );
    }
    this.#gone.resolve();
  }

  /** All that was queued is with the system: end in order, then wait for the peer to do the same. */
  #endOutput(): void {
    if (this.#state !== "closing") return;
    clearTimeout(this.#closeTimer);
    this.#closeTimer = setTimeout(() => this.#finish(), peerCloseMs);
    this.#socket.end();
  }

  /**
   * The timer comes before all else of a turn: what the system took while this thread was busy is told later in the same one, and is
   * progress.
   */
  #flushStalled(): void {
    const before = this.#writer.queuedBytes;
    setImmediate(() => {
      const isStalled = this.#state === "closing" && this.#writer.queuedBytes === before;
      if (isStalled) this.#finish(this.#unsent());
    });
  }

  #drained(): void {
    if (this.#state !== "open") return;
    if (this.#receiver === undefined) this.#drainedBeforeStart = true;
    else this.#receiver.drained();
  }

  #finish(reason?: RpcError): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#reason = reason;
    clearTimeout(this.#closeTimer);
    this.#stall.stop();
    this.#writer.drop();
    this.#socket.destroy();
    if (this.#receiver !== undefined) this.#report(this.#receiver);
  }

  /** Never from inside a call of the receiver or of the user of this connection. */
  #report(receiver: MessageReceiver): void {
    microtask(() => receiver.closed(this.#reason));
  }

  #cutOff(cause?: Error): RpcError {
    const text = `connection to ${this.#endpoint}: the peer's stream ended in the middle of a message; reconnect`;
    return new RpcError("unavailable", text, cause === undefined ? {} : { cause });
  }

  #stalled(): RpcError {
    return messageStalled(this.#endpoint, this.#stall.limitMs);
  }

  #unsent(cause?: Error): RpcError {
    const text =
      `close the connection to ${this.#endpoint}: ${this.#writer.queuedBytes} bytes were not taken by the peer; ` +
      "it went away or does not read";
    return new RpcError("unavailable", text, cause === undefined ? {} : { cause });
  }
}
