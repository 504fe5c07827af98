import type { RpcError } from "../../errors/rpc-error.js";
import { memoryPair } from "../../transport/memory-transport.js";
import type { MessageReceiver, TransportConnection } from "../../transport/transport.js";

/**
 * Messages in flight above which the sender is asked to wait: few, so that a short run reaches
 * them.
 */
const highWaterMessages = 3;

/**
 * One end of a memory link that receives as many messages as a test allows, and buffers few others.
 */
export class SteppedConnection implements TransportConnection {
  readonly #inner: TransportConnection;
  #other: SteppedConnection | undefined;
  #receiver: MessageReceiver | undefined;
  #allowed = Number.POSITIVE_INFINITY;
  #underWay = 0;
  #senderWaits = false;
  #over = false;

  constructor(inner: TransportConnection) {
    this.#inner = inner;
  }

  static pair(): [SteppedConnection, SteppedConnection] {
    const [a, b] = memoryPair();
    const [first, second] = [new SteppedConnection(a), new SteppedConnection(b)];
    first.#other = second;
    second.#other = first;
    return [first, second];
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
    this.#receiver = receiver;
    this.#inner.start({
      message: (bytes) => {
        receiver.message(bytes);
        if (--this.#allowed <= 0) this.#inner.pause();
        this.#underWay--;
        if (!this.#senderWaits || this.#underWay > 1) return;
        this.#senderWaits = false;
        queueMicrotask(() => this.#other?.tellDrained());
      },
      drained: () => {},
      closed: (error) => {
        this.#over = true;
        receiver.closed(error);
      },
    });
  }

  /** Called by the other end. */
  tellDrained(): void {
    if (!this.#over) this.#receiver?.drained();
  }

  /** Delivers nothing more until {@link allow}. */
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
    this.#inner.send(message);
    const other = this.#other;
    if (other === undefined || this.#over || other.#over) return true;
    if (++other.#underWay <= highWaterMessages) return true;
    other.#senderWaits = true;
    return false;
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
