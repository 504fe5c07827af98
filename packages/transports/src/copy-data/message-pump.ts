import { receiveMessageOnPort } from "node:worker_threads";
import { RpcError } from "@crosspane/core";
import type { Hwnd } from "../win32/types.js";
import { type Chunk, encodeIntroduction, encodeRefusal, parseIntroduction, parseRefusal } from "./chunk.js";
import { ChunkReceiver, resultOf } from "./chunk-receiver.js";
import type { OutboundChunk } from "./chunk-sender.js";
import { kinds, type Result, results } from "./copy-data-layout.js";
import { busyRetryMs, hungMs, lingerMs, maxOpenings, maxSleepMs, retryMs } from "./copy-data-limits.js";
import { admitLowerIntegrity, MessageWindows } from "./message-window.js";
import { PumpLink } from "./pump-link.js";
import {
  type Break,
  cells,
  type LinkEnds,
  type Order,
  type PumpEvent,
  type PumpStart,
  totals,
} from "./pump-messages.js";
import { sendChunk } from "./send-chunk.js";
import { dispatchMessages, sleepUntilMessage } from "./wait-for-message.js";

/** The code by which a client is told to come again. */
const unavailableCode = 14;

interface Listener {
  readonly number: number;
  readonly window: Hwnd;
  /** Clients that are being examined. */
  openings: number;
}

/**
 * Owns the windows of a process and the thread that they live on. It takes orders, sends chunks, and lets the window procedure sort what
 * comes; what a program has to know goes out as events. It decides nothing about who may connect.
 *
 * While a send waits for its answer the window procedure runs: whatever it changes has to be looked at again afterwards.
 */
export class MessagePump {
  readonly #start: PumpStart;
  readonly #windows = new MessageWindows((window, chunk) => this.#take(window, chunk));
  readonly #window: Hwnd;
  readonly #listeners = new Map<Hwnd, Listener>();
  readonly #links = new Map<number, PumpLink>();
  readonly #linksByKey = new Map<string, PumpLink>();
  /** The client's keys of openings that are examined or became connections. */
  readonly #clientKeys = new Set<string>();
  /** Connections that may have something to send. */
  readonly #active = new Set<PumpLink>();
  readonly #refusals: { readonly window: Hwnd; readonly bytes: Buffer }[] = [];
  #events: PumpEvent[] = [];

  constructor(start: PumpStart) {
    this.#start = start;
    this.#window = this.#windows.make("");
  }

  /** Runs until it is told to quit. */
  run(): void {
    const { cells: shared, wakeEvent } = this.#start;
    while (!this.#hasToQuit()) {
      this.#takeOrders();
      dispatchMessages();
      this.#bury();
      const didSend = this.#sendRound();
      this.#flushEvents();
      if (didSend) continue;
      Atomics.store(shared, cells.sleeping, 1);
      // An order given before the flag was set has not woken anybody.
      if (!this.#takeOrders()) sleepUntilMessage(wakeEvent, this.#sleepMs());
      Atomics.store(shared, cells.sleeping, 0);
    }
    for (const { window } of this.#listeners.values()) this.#windows.destroy(window);
    this.#windows.destroy(this.#window);
    this.#windows.close();
  }

  #hasToQuit(): boolean {
    const quit = Atomics.load(this.#start.cells, cells.quit);
    return quit === 1 || (quit === 2 && this.#links.size === 0);
  }

  #flushEvents(): void {
    if (this.#events.length === 0) return;
    const events = this.#events;
    this.#events = [];
    const buffers = events.flatMap((event) =>
      event.kind === "data" ? [event.bytes.buffer as ArrayBuffer] : [],
    );
    this.#start.port.postMessage(events, buffers);
  }

  #count(what: keyof typeof totals): void {
    Atomics.add(this.#start.totals, totals[what], 1);
  }

  // Orders

  #takeOrders(): boolean {
    let any = false;
    for (;;) {
      const received = receiveMessageOnPort(this.#start.port);
      if (received === undefined) return any;
      any = true;
      this.#obey(received.message as Order);
    }
  }

  #obey(order: Order): void {
    switch (order.kind) {
      case "listen":
        return this.#listen(order);
      case "unlisten":
        return this.#unlisten(order.listener);
      case "allowLowerIntegrity":
        // Where the system refuses, the peer's chunks do not come, and its own side says why.
        return void admitLowerIntegrity(this.#window);
      case "open":
        return this.#open(order.link, order.window, order.ends);
      case "accept":
        this.#examined(order.listener);
        return this.#accept(order);
      case "refuse":
        this.#examined(order.listener);
        this.#clientKeys.delete(hexOf(order.client.key));
        this.#refusals.push({
          window: order.client.window,
          bytes: encodeRefusal(order.code, order.text, order.client.key),
        });
        return;
      default:
        this.#obeyFor(order);
    }
  }

  #obeyFor(order: Extract<Order, { kind: "send" | "end" | "drop" | "room" | "bury" }>): void {
    const link = this.#links.get(order.link);
    if (link === undefined) return;
    switch (order.kind) {
      case "send":
        link.sender.add(order.bytes);
        break;
      case "end":
        link.sender.end();
        break;
      case "drop":
        this.#drop(link);
        break;
      case "room":
        link.announceRoom();
        break;
      case "bury":
        link.isBuried = true;
        break;
    }
    this.#active.add(link);
  }

  #listen({ listener: number, title, allowLowerIntegrity }: Extract<Order, { kind: "listen" }>): void {
    try {
      const window = this.#windows.make(title);
      this.#listeners.set(window, { number, window, openings: 0 });
      if (allowLowerIntegrity) admitLowerIntegrity(window);
      this.#events.push({ kind: "listening", listener: number });
    } catch (thrown) {
      const { message } = RpcError.from(thrown);
      this.#events.push({ kind: "listenFailed", listener: number, message });
    }
  }

  #unlisten(number: number): void {
    for (const listener of this.#listeners.values()) {
      if (listener.number !== number) continue;
      this.#listeners.delete(listener.window);
      this.#windows.destroy(listener.window);
    }
    this.#events.push({ kind: "unlistened", listener: number });
  }

  #examined(number: number): void {
    for (const listener of this.#listeners.values()) if (listener.number === number) listener.openings--;
  }

  #open(number: number, window: Hwnd, { key, shared }: LinkEnds): void {
    const opening = encodeIntroduction({ window: this.#window, key: Buffer.from(key) });
    const receiver = new ChunkReceiver(shared, 0);
    const own = hexOf(key);
    this.#add(new PumpLink({ number, key: own, clientKey: own, window, opening, receiver, role: "client" }));
  }

  #accept({ link: number, client, ends }: Extract<Order, { kind: "accept" }>): void {
    const opening = encodeIntroduction({ window: this.#window, key: Buffer.from(ends.key) }, client.key);
    // The opening was the first chunk of the other direction.
    const receiver = new ChunkReceiver(ends.shared, 1);
    const link = new PumpLink({
      number,
      key: hexOf(ends.key),
      clientKey: hexOf(client.key),
      window: client.window,
      opening,
      receiver,
      role: "server",
    });
    link.peerKey = client.key;
    this.#add(link);
  }

  #add(link: PumpLink): void {
    this.#links.set(link.number, link);
    this.#linksByKey.set(link.key, link);
    this.#active.add(link);
  }

  #drop(link: PumpLink): void {
    if (!link.isEstablished && link.role === "client") return this.#remove(link);
    link.lingerUntil = performance.now() + lingerMs;
    if (!link.sender.endAsked) link.sender.cut();
    if (link.sender.isClosed) this.#remove(link);
  }

  #remove(link: PumpLink): void {
    this.#links.delete(link.number);
    this.#linksByKey.delete(link.key);
    this.#active.delete(link);
    if (link.role === "server") this.#clientKeys.delete(link.clientKey);
  }

  #break(link: PumpLink, reason: Break): void {
    if (this.#links.get(link.number) !== link) return;
    this.#remove(link);
    if (!link.isDropped) this.#events.push({ kind: "broken", link: link.number, break: reason });
  }

  /** After what a process has sent has been taken, it is time to say that it has ended. */
  #bury(): void {
    for (const link of this.#active) if (link.isBuried) this.#break(link, "died");
  }

  // Sending

  /** Sends one chunk for each connection that has some; true if there may be more to do at once. */
  #sendRound(): boolean {
    let didSend = false;
    for (const { window, bytes } of this.#refusals.splice(0)) sendChunk(window, this.#window, bytes);
    for (const link of this.#active) {
      const now = performance.now();
      if (link.lingerUntil !== undefined && now >= link.lingerUntil) this.#remove(link);
      else if (now >= link.retryAt && this.#sendFor(link)) didSend = true;
    }
    return didSend;
  }

  #sendFor(link: PumpLink): boolean {
    const ready = link.ready();
    if (ready !== undefined) {
      if (this.#attempt(link, ready, () => link.roomAnnounced())) return true;
      return false;
    }
    const chunk = link.sender.current();
    if (chunk === undefined) {
      if (!link.isDropped) this.#active.delete(link);
      return false;
    }
    return this.#attempt(link, chunk.bytes, (answer) => this.#answered(link, chunk, answer));
  }

  /** True if the window answered, whatever it said. */
  #attempt(link: PumpLink, bytes: Buffer, answered: (answer: number) => void): boolean {
    const startedAt = performance.now();
    link.retryAt = 0;
    link.wasCalled = false;
    const attempt = sendChunk(link.window, this.#window, bytes);
    if (this.#links.get(link.number) !== link) return true;
    if (typeof attempt === "number") {
      link.silentSince = undefined;
      answered(attempt);
      return true;
    }
    if (attempt !== "silent") {
      this.#break(link, attempt);
      return true;
    }
    link.silentSince ??= startedAt;
    const now = performance.now();
    if (now - link.silentSince >= hungMs) this.#break(link, "hung");
    else link.retryAt = now + retryMs;
    return false;
  }

  #answered(link: PumpLink, chunk: OutboundChunk, answer: number): void {
    switch (answer) {
      case results.taken:
        return this.#taken(link, chunk);
      case results.busy:
        if (chunk.isOpening) return this.#refused(link, unavailableCode, "the server is busy");
        if (!link.wasCalled) link.retryAt = performance.now() + busyRetryMs;
        return;
      default:
        return this.#overAtPeer(link, chunk);
    }
  }

  #taken(link: PumpLink, chunk: OutboundChunk): void {
    link.sender.taken();
    if (chunk.isOpening && link.role === "server") this.#establish(link);
    this.#tellTaken(link, chunk.streamBytes);
    if (!chunk.isClose) return;
    if (link.isDropped) this.#remove(link);
    else this.#events.push({ kind: "ended", link: link.number });
  }

  #tellTaken(link: PumpLink, bytes: number): void {
    if (bytes > 0 && !link.isDropped) this.#events.push({ kind: "taken", link: link.number, bytes });
  }

  /** The peer knows nothing of this connection: it has ended it, or never had it. */
  #overAtPeer(link: PumpLink, chunk: OutboundChunk): void {
    if (!link.peerEnded && !chunk.isClose) return this.#break(link, "unknown");
    const streamBytes = chunk.streamBytes + link.sender.cut();
    // Only the close is left, and nobody to take it.
    link.sender.taken();
    this.#tellTaken(link, streamBytes);
    const close = link.sender.current();
    if (close === undefined) return;
    this.#taken(link, close);
  }

  #establish(link: PumpLink): void {
    link.isEstablished = true;
    this.#events.push({ kind: "established", link: link.number, window: link.window });
  }

  #refused(link: PumpLink, code: number, text: string): void {
    this.#remove(link);
    if (!link.isDropped) this.#events.push({ kind: "refused", link: link.number, code, text });
  }

  #sleepMs(): number {
    const now = performance.now();
    let until = now + maxSleepMs;
    for (const { retryAt, lingerUntil } of this.#active) {
      if (retryAt > now) until = Math.min(until, retryAt);
      if (lingerUntil !== undefined) until = Math.min(until, lingerUntil);
    }
    return Math.max(0, Math.ceil(until - now));
  }

  // Receiving: within the window procedure, so nothing here may wait or send.

  #take(window: Hwnd, chunk: Chunk | undefined): Result {
    if (chunk === undefined) {
      this.#count("ignored");
      return results.ignored;
    }
    if (chunk.kind === kinds.open) return this.#takeOpening(window, chunk);
    const link = this.#linksByKey.get(chunk.key);
    if (link === undefined) {
      this.#count("unknown");
      return results.over;
    }
    if (chunk.kind === kinds.ready) {
      link.wasCalled = true;
      link.retryAt = 0;
      this.#active.add(link);
      return results.taken;
    }
    return this.#takeSequenced(link, chunk);
  }

  #takeOpening(window: Hwnd, { payload }: Chunk): Result {
    const listener = this.#listeners.get(window);
    const client = parseIntroduction(payload);
    if (listener === undefined || client === undefined) {
      this.#count("ignored");
      return results.ignored;
    }
    const key = hexOf(client.key);
    if (this.#clientKeys.has(key)) {
      this.#count("duplicates");
      return results.taken;
    }
    if (listener.openings >= maxOpenings) {
      this.#count("busy");
      return results.busy;
    }
    listener.openings++;
    this.#clientKeys.add(key);
    this.#events.push({ kind: "opening", listener: listener.number, client });
    return results.taken;
  }

  #takeSequenced(link: PumpLink, chunk: Chunk): Result {
    const bytes = chunk.kind === kinds.data && !link.isDropped ? chunk.payload.length : 0;
    const verdict = link.receiver.take(chunk.sequence, bytes);
    switch (verdict) {
      case "taken":
        if (!this.#deliver(link, chunk)) {
          this.#count("gaps");
          this.#break(link, "gap");
          return results.over;
        }
        break;
      case "duplicate":
        this.#count("duplicates");
        break;
      case "busy":
        this.#count("busy");
        break;
      case "gap":
        this.#count("gaps");
        this.#break(link, "gap");
        break;
    }
    return resultOf[verdict];
  }

  /** False for a chunk that cannot come now. */
  #deliver(link: PumpLink, { kind, payload }: Chunk): boolean {
    switch (kind) {
      case kinds.accept:
      case kinds.refuse:
        if (link.role !== "client" || link.isEstablished) return false;
        return kind === kinds.accept ? this.#takeAccept(link, payload) : this.#takeRefusal(link, payload);
      case kinds.data:
        if ((!link.isEstablished && link.role === "client") || link.peerEnded) return false;
        if (!link.isDropped) {
          this.#events.push({ kind: "data", link: link.number, bytes: new Uint8Array(payload) });
        }
        return true;
      case kinds.close:
        if (link.peerEnded) return false;
        link.peerEnded = true;
        if (!link.isDropped) this.#events.push({ kind: "peerEnd", link: link.number });
        return true;
      default:
        return false;
    }
  }

  #takeAccept(link: PumpLink, payload: Buffer): boolean {
    const server = parseIntroduction(payload);
    if (server === undefined) return false;
    link.window = server.window;
    link.peerKey = server.key;
    this.#active.add(link);
    this.#establish(link);
    return true;
  }

  #takeRefusal(link: PumpLink, payload: Buffer): boolean {
    const { code, text } = parseRefusal(payload);
    this.#refused(link, code, text);
    return true;
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}
