import { performance } from "node:perf_hooks";
import type { CallStackRoom } from "../win32/call-stack-room.js";
import type { Hwnd } from "../win32/types.js";
import { lingerMs } from "./copy-data-limits.js";
import type { PumpLink } from "./pump-link.js";
import { type Break, type PumpEvent, type PumpStart, totals } from "./pump-messages.js";

/** A window that clients open connections at. */
export interface PumpListener {
  readonly number: number;
  readonly window: Hwnd;
  /** Number of clients that are being examined, or have not taken the answer yet. */
  openings: number;
}

/**
 * State of a pump: its connections, its listeners, and the events to emit. Every connection begins
 * and ends here.
 */
export class PumpState {
  readonly listeners = new Map<Hwnd, PumpListener>();
  /** The client's keys of openings that are being examined or became connections. */
  readonly clientKeys = new Set<string>();
  /** Connections that may have something to send. */
  readonly active = new Set<PumpLink>();
  readonly #start: PumpStart;
  readonly #stackRoom: CallStackRoom | undefined;
  readonly #links = new Map<number, PumpLink>();
  readonly #linksByKey = new Map<string, PumpLink>();
  #events: PumpEvent[] = [];

  constructor(start: PumpStart, stackRoom: CallStackRoom | undefined) {
    this.#start = start;
    this.#stackRoom = stackRoom;
  }

  get hasLinks(): boolean {
    return this.#links.size > 0;
  }

  link(number: number): PumpLink | undefined {
    return this.#links.get(number);
  }

  linkOfKey(key: string): PumpLink | undefined {
    return this.#linksByKey.get(key);
  }

  has(link: PumpLink): boolean {
    return this.#links.get(link.number) === link;
  }

  emit(event: PumpEvent): void {
    this.#events.push(event);
  }

  flushEvents(): void {
    if (this.#events.length === 0) return;
    const events = this.#events;
    this.#events = [];
    const buffers = events.flatMap((event) =>
      event.kind === "data" ? [event.bytes.buffer as ArrayBuffer] : [],
    );
    this.#start.port.postMessage(events, buffers);
  }

  count(what: keyof typeof totals): void {
    Atomics.add(this.#start.totals, totals[what], 1);
  }

  /** Counts a message that was too large to be read, and frees the stack memory that it filled. */
  dropTooLarge(): void {
    this.count("ignored");
    this.#stackRoom?.clear();
  }

  add(link: PumpLink): void {
    this.#links.set(link.number, link);
    this.#linksByKey.set(link.key, link);
    this.active.add(link);
  }

  establish(link: PumpLink): void {
    link.isEstablished = true;
    link.opened();
    this.emit({ kind: "established", link: link.number, window: link.window });
  }

  refused(link: PumpLink, code: number, text: string): void {
    this.remove(link);
    if (!link.isDropped) this.emit({ kind: "refused", link: link.number, code, text });
  }

  /**
   * Drops a connection that has no reader and no writer here any more. Everything that was queued
   * before its end is still sent.
   */
  drop(link: PumpLink): void {
    if (!link.isEstablished && link.role === "client") return this.remove(link);
    link.lingerUntil = performance.now() + lingerMs;
    if (!link.sender.endAsked) link.sender.cut();
    if (link.sender.isClosed) this.remove(link);
  }

  break(link: PumpLink, reason: Break): void {
    if (!this.has(link)) return;
    this.remove(link);
    if (!link.isDropped) this.emit({ kind: "broken", link: link.number, break: reason });
  }

  /** Ends the connections of exited peers, after everything that they had sent was taken. */
  breakExited(): void {
    for (const link of this.active) if (link.peerExited) this.break(link, "died");
  }

  /**
   * Ends the connections whose peer's window is gone, for example that of a terminated worker
   * thread: its process lives on, and no handle reports it. A peer that has sent its last chunk may
   * go.
   */
  breakGone(isThere: (window: Hwnd) => boolean): void {
    for (const link of this.#links.values()) {
      const isExpected = link.isEstablished && !link.peerEnded && !link.isDropped;
      if (isExpected && !isThere(link.window)) this.break(link, "gone");
    }
  }

  remove(link: PumpLink): void {
    this.#links.delete(link.number);
    this.#linksByKey.delete(link.key);
    this.active.delete(link);
    link.opened();
    if (link.role === "server") this.clientKeys.delete(link.clientKey);
  }
}

/** Returns a key in the form that maps use. */
export function hexOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString("hex");
}
