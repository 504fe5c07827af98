import type { Hwnd } from "../win32/types.js";
import { type Chunk, parseIntroduction, parseRefusal } from "./chunk.js";
import { resultOf } from "./chunk-receiver.js";
import { kinds, type Result, results } from "./copy-data-layout.js";
import { maxOpenings } from "./copy-data-limits.js";
import type { PumpLink } from "./pump-link.js";
import { hexOf, type PumpState } from "./pump-state.js";

/**
 * The receiving side of a pump. It runs within the window procedure, sorts the chunks, and neither
 * waits nor sends.
 */
export class IncomingChunks {
  readonly #state: PumpState;

  constructor(state: PumpState) {
    this.#state = state;
  }

  /**
   * Takes a message that arrived at a window of the pump; undefined stands for one that is not a
   * chunk.
   */
  take(window: Hwnd, chunk: Chunk | undefined): Result {
    if (chunk === undefined) {
      this.#state.count("ignored");
      return results.ignored;
    }
    if (chunk.kind === kinds.open) return this.#takeOpening(window, chunk);
    const link = this.#state.linkOfKey(chunk.key);
    if (link === undefined) {
      this.#state.count("unknown");
      return results.over;
    }
    if (chunk.kind === kinds.ready) {
      link.wasCalled = true;
      link.retryAt = 0;
      link.busyUntil = 0;
      this.#state.active.add(link);
      return results.taken;
    }
    return this.#takeSequenced(link, chunk);
  }

  #takeOpening(window: Hwnd, { payload }: Chunk): Result {
    const listener = this.#state.listeners.get(window);
    const client = parseIntroduction(payload);
    if (listener === undefined || client === undefined) {
      this.#state.count("ignored");
      return results.ignored;
    }
    const key = hexOf(client.key);
    if (this.#state.clientKeys.has(key)) {
      this.#state.count("duplicates");
      return results.taken;
    }
    if (listener.openings >= maxOpenings) {
      this.#state.count("busy");
      return results.busy;
    }
    listener.openings++;
    this.#state.clientKeys.add(key);
    this.#state.emit({ kind: "opening", listener: listener.number, client });
    return results.taken;
  }

  #takeSequenced(link: PumpLink, chunk: Chunk): Result {
    const bytes = chunk.kind === kinds.data && !link.isDropped ? chunk.payload.length : 0;
    const verdict = link.receiver.take(chunk.sequence, bytes);
    switch (verdict) {
      case "taken":
        if (!this.#deliver(link, chunk)) {
          this.#state.count("gaps");
          this.#state.break(link, "gap");
          return results.over;
        }
        break;
      case "duplicate":
        this.#state.count("duplicates");
        break;
      case "busy":
        this.#state.count("busy");
        break;
      case "gap":
        this.#state.count("gaps");
        this.#state.break(link, "gap");
        break;
    }
    return resultOf[verdict];
  }

  /** Returns false for a chunk that violates the protocol in this state. */
  #deliver(link: PumpLink, { kind, payload }: Chunk): boolean {
    switch (kind) {
      case kinds.accept:
      case kinds.refuse:
        if (link.role !== "client" || link.isEstablished) return false;
        return kind === kinds.accept ? this.#takeAccept(link, payload) : this.#takeRefusal(link, payload);
      case kinds.data:
        if ((!link.isEstablished && link.role === "client") || link.peerEnded) return false;
        if (!link.isDropped) {
          this.#state.emit({ kind: "data", link: link.number, bytes: new Uint8Array(payload) });
        }
        return true;
      case kinds.close:
        if (link.peerEnded) return false;
        link.peerEnded = true;
        if (!link.isDropped) this.#state.emit({ kind: "peerEnd", link: link.number });
        return true;
      default:
        return false;
    }
  }

  #takeAccept(link: PumpLink, payload: Buffer): boolean {
    const server = parseIntroduction(payload);
    if (server === undefined) return false;
    link.sender.openingTaken();
    link.window = server.window;
    link.peerKey = server.key;
    this.#state.active.add(link);
    this.#state.establish(link);
    return true;
  }

  #takeRefusal(link: PumpLink, payload: Buffer): boolean {
    const { code, text } = parseRefusal(payload);
    this.#state.refused(link, code, text);
    return true;
  }
}
