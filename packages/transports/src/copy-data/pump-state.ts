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
  /** Clients that are being examined, or have not taken the answer yet. */
  openings: number;
}

/** What a pump has: its connections and listeners, and what it is about to tell. Every connection begins and ends here. */
export class PumpState {
  readonly listeners = new Map<Hwnd, PumpListener>();
  /** The client's keys of openings that are examined or became connections. */
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

  /** Drops a message that was too large even to be looked at. */
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

  /** Nobody here reads or writes the connection any more; what it was asked to send before its end still goes out. */
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

  /** After what a process has sent has been taken, it is time to say that it has ended. */
  breakExited(): void {
    for (const link of this.active) if (link.peerExited) this.break(link, "died");
  }

  /**
   * Ends the connections whose peer's window is gone, as that of a worker thread which was terminated: its process lives on, and no
   * handle tells. Who has said its last may go.
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

/** A key as maps hold it. */
export function hexOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString("hex");
}
