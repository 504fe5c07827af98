import { performance } from "node:perf_hooks";
import { RpcError } from "@crosspane/core";
import type { MessageReceiver, PeerInfo, TransportCapabilities } from "@crosspane/core/transport";
import { BufferedConnection } from "../buffered-connection/buffered-connection.js";
import { beforeExit } from "./before-exit.js";
import { capabilities } from "./capabilities.js";
import { endings } from "./layout.js";
import { groupBytes, syncPollUs, waitStepMs } from "./limits.js";
import type { Link } from "./link.js";
import { openRings } from "./open-rings.js";
import { errorOfEnd, type PeerEnd } from "./peer-end.js";
import { type Pollable, Polling, poller } from "./poller.js";
import type { RingReader } from "./ring-reader.js";
import type { RingWriter } from "./ring-writer.js";

/**
 * A connection over two rings, which owns its link. While it closes, it drops what the peer still
 * sends, because a peer whose ring is full cannot finish either.
 */
export class SharedMemoryConnection extends BufferedConnection<RingReader> implements Pollable {
  readonly capabilities: TransportCapabilities = capabilities;
  readonly peer: PeerInfo;
  readonly polling = new Polling();
  readonly #link: Link;
  readonly #writer: RingWriter;
  /**
   * Prepares to wait. Returns false also if that ends the connection: nothing is left to wait for.
   */
  readonly #fallAsleep = () => this.sleep() && !this.#hasEnded;
  /**
   * Notifies the peer when this thread ends. Otherwise the peer would never notice it if the
   * process lives on.
   */
  readonly #forgetExit = beforeExit(() => this.#sayEnd("brokenOff"));
  #isDelivering = false;
  #hasSentSincePoll = false;
  #isCongested = false;
  #isPeerGone = false;
  #hasSaidEnd = false;

  constructor(link: Link) {
    const { reader, writer } = openRings(link);
    super(link.endpoint, reader);
    this.#link = link;
    this.peer = link.peer;
    this.#writer = writer;
    link.listen({ woken: () => poller.wake(this), peerGone: () => this.#peerGone() });
  }

  send(message: Uint8Array): boolean {
    if (this.state !== "open") return true;
    try {
      this.#writer.add(message);
      // The first message is sent at once, those that follow it in groups, and the last group with
      // the next poll, a microtask later. So the peer can begin, works while more is written, and
      // is not notified of each message.
      const isFirst = !this.#isDelivering && !this.#hasSentSincePoll;
      if (isFirst) this.#hasSentSincePoll = true;
      if (isFirst || this.#writer.stagedBytes >= groupBytes) this.#writer.flush();
      poller.heat(this);
    } catch (thrown) {
      this.finish(RpcError.from(thrown, "internal"));
      return true;
    }
    if (this.#writer.queuedBytes > 0) this.#isCongested = true;
    return !this.#isCongested;
  }

  pause(): void {
    if (this.state === "open") this.isPaused = true;
  }

  resume(): void {
    if (this.state !== "open" || !this.isPaused) return;
    this.isPaused = false;
    poller.heat(this);
  }

  ref(): void {
    this.#link.holdProcess(true);
  }

  unref(): void {
    this.#link.holdProcess(false);
  }

  receiveSync(timeoutMs: number): boolean {
    if (this.receiver === undefined) throw new Error("TransportConnection.receiveSync: not started");
    if (this.#isDelivering) throw new Error("TransportConnection.receiveSync: called inside message");
    const hasTold = this.#advanceWithin(timeoutMs);
    if (this.state === "ended") return this.tellClosed();
    // A wake may have been consumed here.
    poller.heat(this);
    return hasTold;
  }

  poll(looks: number): boolean {
    this.#hasSentSincePoll = false;
    if (this.#isAtRest && !this.reader.waitForMore(looks) && this.#peerEnd === "not") return false;
    return this.#advance();
  }

  sleep(): boolean {
    if (this.state === "ended") return true;
    try {
      if (this.#wantsInput && !this.reader.sleep()) return false;
      return this.#writer.queuedBytes === 0 || this.#writer.sleep();
    } catch (thrown) {
      this.finish(RpcError.from(thrown, "internal"));
      return true;
    }
  }

  protected get receivedBytes(): number {
    return this.reader.published;
  }

  protected get unsentBytes(): number {
    return this.#writer.queuedBytes;
  }

  protected started(): void {
    poller.heat(this);
  }

  protected closing(): void {
    poller.heat(this);
  }

  protected flushStalled(): void {
    const before = this.#writer.queuedBytes;
    this.#advance();
    const isStalled = !this.#hasSaidEnd && this.#writer.queuedBytes === before;
    if (isStalled) this.finish(this.unsent());
  }

  protected override finish(reason?: RpcError): void {
    if (this.state !== "ended") this.#sayEnd(reason === undefined ? "inOrder" : "brokenOff");
    super.finish(reason);
  }

  protected release(): void {
    this.#forgetExit();
    poller.cool(this);
    this.#writer.clear();
    void this.#link.release().then(() => this.gone());
  }

  /** Reads the state again, where the connection may have ended since the last check. */
  get #hasEnded(): boolean {
    return this.state === "ended";
  }

  /** True if nothing is left to do but to wait for the peer. */
  get #isAtRest(): boolean {
    return (
      this.state === "open" &&
      this.receiver !== undefined &&
      !this.isPaused &&
      !this.#isCongested &&
      !this.#writer.isDirty &&
      !this.reader.hasLeft
    );
  }

  get #wantsInput(): boolean {
    return this.state === "closing" || (this.receiver !== undefined && !this.isPaused);
  }

  /** Sends and receives what is available. Returns false if there was nothing. */
  #advance(): boolean {
    if (this.state === "ended") return false;
    let isActive = false;
    try {
      if (this.#writer.isDirty || this.#isCongested) isActive = this.#flush();
      if (this.state === "closing") isActive = this.#finishClosing() || isActive;
      else if (this.state === "open" && this.#wantsInput) isActive = this.#receive() || isActive;
    } catch (thrown) {
      // Thrown by the rings, or by a receiver that breaks its contract. Either way, later messages
      // would be out of order.
      this.finish(RpcError.from(thrown, "internal"));
      return true;
    }
    return isActive;
  }

  /** Advances without the event loop. Returns false if there was nothing to do within the time. */
  #advanceWithin(timeoutMs: number): boolean {
    const start = performance.now();
    const pollUntil = start + Math.min(timeoutMs, syncPollUs / 1000);
    for (;;) {
      if (this.#advance()) return true;
      const now = performance.now();
      if (this.#hasEnded || this.isPaused) return false;
      if (now < pollUntil) continue;
      if (now - start >= timeoutMs) return false;
      if (this.#link.isPeerGone()) this.#isPeerGone = true;
      else this.#blockUpTo(Math.min(waitStepMs, timeoutMs - (now - start)));
    }
  }

  /**
   * Blocks until the peer wakes this side or exits, or the time is over. The connection ends if the
   * link cannot be watched again afterwards, because it would never wake this side any more.
   */
  #blockUpTo(timeoutMs: number): void {
    try {
      this.#link.wait(this.#fallAsleep, timeoutMs);
    } catch (thrown) {
      this.finish(RpcError.from(thrown, "internal"));
    }
  }

  /** Sends what is queued. Returns true if anything was sent. */
  #flush(): boolean {
    const before = this.#writer.queuedBytes;
    this.#writer.flush();
    const after = this.#writer.queuedBytes;
    if (after === 0 && this.#isCongested && this.receiver !== undefined) {
      this.#isCongested = false;
      if (this.state === "open") this.receiver.drained();
    }
    if (after !== before) this.progress();
    return after !== before;
  }

  #receive(): boolean {
    if (this.#deliver()) return true;
    const ended = this.#peerEnd;
    if (ended === "not") return false;
    // The peer ended after its last message, which may have arrived after the first delivery.
    if (this.#deliver()) return true;
    if (this.state === "open" && !this.isPaused)
      this.finish(errorOfEnd(ended, this.endpoint, this.reader.insideMessage));
    return true;
  }

  get #peerEnd(): PeerEnd {
    const isGone = this.#isPeerGone;
    const ended = this.reader.ended;
    return ended === "not" && isGone ? "gone" : ended;
  }

  /** Delivers one batch, or its rest after a pause. */
  #deliver(): boolean {
    const receiver = this.receiver as MessageReceiver;
    const reader = this.reader;
    let message = reader.next();
    let isActive = message !== undefined;
    if (message === undefined && reader.fill()) {
      isActive = true;
      message = reader.next();
    }
    if (message === undefined) {
      if (reader.insideMessage) this.stall.watch();
      return isActive;
    }
    this.#isDelivering = true;
    try {
      while (message !== undefined) {
        receiver.message(message);
        if (this.state !== "open" || this.isPaused) break;
        message = reader.next();
      }
    } finally {
      this.#isDelivering = false;
    }
    if (this.state === "open" && reader.insideMessage) this.stall.watch();
    // Answers that were sent inside `message` leave together.
    if (this.state !== "ended" && this.#writer.isDirty) this.#flush();
    return true;
  }

  /** Sends the rest and the end, then waits for the peer's end. */
  #finishClosing(): boolean {
    const ended = this.#peerEnd;
    const isActive = this.reader.discard();
    if (this.#writer.queuedBytes === 0 && !this.#hasSaidEnd) {
      this.#sayEnd("inOrder");
      this.awaitPeerEnd();
    }
    if (ended === "not") return isActive;
    this.finish(this.#hasSaidEnd ? undefined : this.unsent());
    return true;
  }

  #peerGone(): void {
    this.#isPeerGone = true;
    poller.heat(this);
  }

  #sayEnd(how: "inOrder" | "brokenOff"): void {
    if (this.#hasSaidEnd) return;
    this.#hasSaidEnd = true;
    this.#writer.end(endings[how]);
  }
}
