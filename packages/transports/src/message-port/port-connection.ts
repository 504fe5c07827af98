import { RpcError } from "@crosspane/core";
import {
  MessageQueue,
  type MessageReceiver,
  type PeerInfo,
  SendGauge,
  startTimer,
  stopTimer,
  type Timer,
  type TransportCapabilities,
  type TransportConnection,
} from "@crosspane/core/transport";
import { listenTo, type MessagePortLike } from "./message-port.js";

/**
 * Values that a port carries beside messages, which are byte arrays. A number above 0 reports that
 * many bytes as taken.
 */
const end = 0;
const brokenOff = -1;

/** Number of taken bytes that are reported to the sender together. */
const reportBytes = 64 * 1024;

/** Milliseconds within which a peer must answer the end. */
const endMs = 2_000;

/** The part of Node's ports that keeps the process alive. */
interface Refable {
  ref?(): void;
  unref?(): void;
}

/** A connection over one port. */
export class PortConnection implements TransportConnection {
  readonly capabilities: TransportCapabilities;
  readonly peer: PeerInfo;
  maxReceiveBytes = Number.POSITIVE_INFINITY;
  readonly #port: MessagePortLike;
  readonly #queue = new MessageQueue((bytes) => this.#delivered(bytes));
  readonly #gone = Promise.withResolvers<void>();
  #receiver: MessageReceiver | undefined;
  #state: "open" | "closing" | "ended" = "open";
  /** Bytes that were sent and not yet reported as taken. */
  readonly #untaken = new SendGauge();
  /** Bytes that were taken and not yet reported. */
  #unreportedBytes = 0;
  #timer: Timer | undefined;

  constructor(port: MessagePortLike, capabilities: TransportCapabilities) {
    this.#port = port;
    this.capabilities = capabilities;
    this.peer = { transport: capabilities.name, address: "port" };
    listenTo(port, {
      message: (data) => this.#came(data),
      unreadable: () => this.#broken("a message that cannot be read"),
      closed: () => this.#peerEnded(this.#unavailable("the other end of the port is gone")),
    });
  }

  start(receiver: MessageReceiver): void {
    this.#receiver = receiver;
    this.#queue.start({
      message: (bytes) => this.#receive(bytes),
      drained: () => {},
      closed: (error) => {
        if (this.#state === "open") this.#release(error === undefined ? end : undefined);
        receiver.closed(error);
      },
    });
  }

  send(message: Uint8Array): boolean {
    if (this.#state !== "open") return true;
    // Posting a view copies all of its buffer.
    const isWhole = message.byteLength === message.buffer.byteLength;
    this.#port.postMessage(isWhole ? message : new Uint8Array(message));
    return this.#untaken.accept(message.length);
  }

  pause(): void {
    if (this.#state === "open") this.#queue.pause();
  }

  resume(): void {
    if (this.#state === "open") this.#queue.resume();
  }

  ref(): void {
    (this.#port as Refable).ref?.();
  }

  unref(): void {
    (this.#port as Refable).unref?.();
  }

  close(): Promise<void> {
    if (this.#state === "open") {
      this.#state = "closing";
      this.#port.postMessage(end);
      // Nothing more is delivered. The peer answers the end after it has taken all earlier
      // messages.
      this.#queue.pause();
      this.#timer = startTimer(() => this.abort(this.#unavailable("the peer did not answer the end")), endMs);
    }
    return this.#gone.promise;
  }

  abort(error: RpcError): void {
    if (this.#state === "ended") return;
    this.#release(brokenOff);
    this.#queue.abort(error);
  }

  #came(data: unknown): void {
    if (this.#state === "ended") return;
    if (data === end) this.#peerEnded();
    else if (data === brokenOff) this.#peerEnded(this.#unavailable("the peer broke off the connection"));
    else if (typeof data === "number" && data > 0) this.#taken(data);
    else if (ArrayBuffer.isView(data))
      this.#push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    else this.#broken(`something other than a message: ${typeof data}`);
  }

  #push(bytes: Uint8Array): void {
    if (this.#state === "open") this.#queue.push(bytes);
  }

  #peerEnded(error?: RpcError): void {
    if (this.#state === "open") {
      this.#queue.end(error);
    } else if (this.#state === "closing") {
      this.#release();
      this.#queue.abort(error);
    }
  }

  #receive(bytes: Uint8Array): void {
    if (bytes.length <= this.maxReceiveBytes) {
      this.#receiver?.message(bytes);
    } else {
      const text = `a message of ${bytes.length} bytes is over the limit of ${this.maxReceiveBytes}`;
      this.abort(new RpcError("resourceExhausted", text));
    }
  }

  #delivered(byteCount: number): void {
    this.#unreportedBytes += byteCount;
    if (this.#unreportedBytes < reportBytes || this.#state !== "open") return;
    this.#port.postMessage(this.#unreportedBytes);
    this.#unreportedBytes = 0;
  }

  #taken(byteCount: number): void {
    if (this.#untaken.take(byteCount) && this.#state === "open") this.#receiver?.drained();
  }

  #broken(what: string): void {
    this.abort(new RpcError("internal", `${this.capabilities.name}: the peer sent ${what}`));
  }

  #unavailable(text: string): RpcError {
    return new RpcError("unavailable", `${this.capabilities.name}: ${text}`);
  }

  /** Closes the port, after an optional last value for the peer. */
  #release(lastWord?: typeof end | typeof brokenOff): void {
    this.#state = "ended";
    stopTimer(this.#timer);
    if (lastWord !== undefined) this.#port.postMessage(lastWord);
    this.#port.close();
    this.#gone.resolve();
  }
}
