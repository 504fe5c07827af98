import { clearTimeout, setTimeout } from "node:timers";
import { RpcError } from "@crosspane/core";
import {
  type MessageReceiver,
  microtask,
  type PeerInfo,
  StallWatch,
  type TransportCapabilities,
  type TransportConnection,
} from "@crosspane/core/transport";
import { flushStallMs, peerCloseMs } from "./limits.js";

/** Input of a connection, whose messages arrive in parts. */
export interface MessageReader {
  /** The largest message in bytes that is accepted. */
  maxMessageBytes: number;
  /** True if what was read ends inside a message. */
  readonly insideMessage: boolean;
}

/**
 * Life of a connection that buffers what the peer has not taken yet, and whose messages arrive in
 * parts. It is `open`, then `closing` once `close` was called, then `ended`. `closed` of the
 * receiver is called exactly once, never from inside a call of the receiver or of the user of the
 * connection.
 */
export abstract class BufferedConnection<Reader extends MessageReader> implements TransportConnection {
  abstract readonly capabilities: TransportCapabilities;
  abstract readonly peer: PeerInfo;
  /** Names the connection in error messages. */
  protected readonly endpoint: string;
  protected readonly reader: Reader;
  protected readonly stall: StallWatch;
  protected state: "open" | "closing" | "ended" = "open";
  protected receiver: MessageReceiver | undefined;
  protected isPaused = false;
  readonly #gone = Promise.withResolvers<void>();
  #reason: RpcError | undefined;
  #hasToldClosed = false;
  #closeTimer: NodeJS.Timeout | undefined;

  constructor(endpoint: string, reader: Reader) {
    this.endpoint = endpoint;
    this.reader = reader;
    this.stall = new StallWatch({
      receivedBytes: () => this.receivedBytes,
      isInsideMessage: () => this.state === "open" && !this.isPaused && reader.insideMessage,
      stalled: () => this.finish(this.#stalled()),
    });
  }

  get maxReceiveBytes(): number {
    return this.reader.maxMessageBytes;
  }

  set maxReceiveBytes(bytes: number) {
    this.reader.maxMessageBytes = bytes;
  }

  get messageStallMs(): number {
    return this.stall.limitMs;
  }

  set messageStallMs(ms: number) {
    this.stall.limitMs = ms;
  }

  start(receiver: MessageReceiver): void {
    if (this.receiver !== undefined) throw new Error("TransportConnection.start: already started");
    this.receiver = receiver;
    if (this.state === "ended") this.#report();
    else this.started();
  }

  abstract send(message: Uint8Array): boolean;
  abstract pause(): void;
  abstract resume(): void;

  close(): Promise<void> {
    if (this.state === "open") {
      this.state = "closing";
      this.#closeTimer = setTimeout(() => this.flushStalled(), flushStallMs);
      this.closing();
    }
    return this.#gone.promise;
  }

  abort(error: RpcError): void {
    this.finish(error);
  }

  /** Grows with the bytes that came from the peer. */
  protected abstract get receivedBytes(): number;
  /** Bytes accepted by `send` that the peer has not taken. */
  protected abstract get unsentBytes(): number;
  /** Begins to deliver. */
  protected abstract started(): void;
  /** Begins to send the rest. */
  protected abstract closing(): void;
  /**
   * Ends the connection with {@link unsent} if the peer has taken nothing of the rest. The timer
   * that calls this comes before the events of a time in which this thread was busy: what they
   * report is progress.
   */
  protected abstract flushStalled(): void;
  /** Frees the medium, and calls {@link gone} once that is done. */
  protected abstract release(): void;

  /** Gives the peer time anew to take what is left to send. */
  protected progress(): void {
    this.#closeTimer?.refresh();
  }

  /** Waits for the peer to close its end, after all that was left has been sent. */
  protected awaitPeerEnd(): void {
    clearTimeout(this.#closeTimer);
    this.#closeTimer = setTimeout(() => this.finish(), peerCloseMs);
  }

  /** Ends the connection, in order unless there is a reason. */
  protected finish(reason?: RpcError): void {
    if (this.state === "ended") return;
    this.state = "ended";
    this.#reason = reason;
    clearTimeout(this.#closeTimer);
    this.stall.stop();
    this.release();
    if (this.receiver !== undefined) this.#report();
  }

  /** Resolves `close`. */
  protected gone(): void {
    this.#gone.resolve();
  }

  /** Calls `closed` of the receiver. Returns false if it was called before. */
  protected tellClosed(): boolean {
    const hasToTell = !this.#hasToldClosed;
    this.#hasToldClosed = true;
    if (hasToTell) this.receiver?.closed(this.#reason);
    return hasToTell;
  }

  /** Error for bytes that were left when the connection ended. */
  protected unsent(cause?: Error): RpcError {
    return new RpcError(
      "unavailable",
      `close the connection to ${this.endpoint}: ${this.unsentBytes} bytes were not taken by the peer; ` +
        "it went away or does not read",
      cause === undefined ? {} : { cause },
    );
  }

  #report(): void {
    microtask(() => this.tellClosed());
  }

  #stalled(): RpcError {
    return new RpcError(
      "unavailable",
      `connection to ${this.endpoint}: the peer stopped in the middle of a message and sent nothing for ${this.stall.limitMs} ms (limit messageStallMs); ` +
        "it hangs or is stopped: reconnect, or raise the limit",
    );
  }
}
