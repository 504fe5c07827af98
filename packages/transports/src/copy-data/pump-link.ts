import type { Hwnd } from "../win32/types.js";
import { encodeChunk } from "./chunk.js";
import type { ChunkReceiver } from "./chunk-receiver.js";
import { ChunkSender } from "./chunk-sender.js";
import { kinds } from "./copy-data-layout.js";
import { maxSilenceStepMs } from "./copy-data-limits.js";

/** Construction parameters of a link. */
export interface PumpLinkParts {
  readonly number: number;
  /** The key that the peer's chunks carry, as hexadecimal text. */
  readonly key: string;
  /** The key that the client has chosen, the same at both ends: it identifies an opening. */
  readonly clientKey: string;
  /** Destination of the first chunk. */
  readonly window: Hwnd;
  readonly opening: Buffer;
  readonly receiver: ChunkReceiver;
  readonly role: "client" | "server";
}

/** One connection on the pump's thread: its outgoing chunks and the state of its peer's window. */
export class PumpLink {
  readonly number: number;
  readonly key: string;
  readonly clientKey: string;
  readonly role: "client" | "server";
  readonly sender: ChunkSender;
  readonly receiver: ChunkReceiver;
  window: Hwnd;
  /** True when both sides know each other's window and key. */
  isEstablished = false;
  /** The peer has sent its last chunk. */
  peerEnded = false;
  /** The listener that counts this opening until it is established or over. */
  listener: { openings: number } | undefined;
  /** The peer's process has exited. */
  peerExited = false;
  /**
   * Deadline, on `performance.now()`, for sending the rest of a connection that is dropped here.
   */
  lingerUntil: number | undefined;
  /** Nothing is sent before this time, because the window has not answered. */
  retryAt = 0;
  /** No stream bytes are sent before this time, because the peer has no room for them. */
  busyUntil = 0;
  /** The peer has sent `ready` since the last attempt began. */
  wasCalled = false;
  #peerKey: Uint8Array | undefined;
  #hasRoom = false;
  /** Time of the last attempt without an answer, if none was answered since. */
  #silentAt: number | undefined;
  #silentMs = 0;

  constructor(parts: PumpLinkParts) {
    this.number = parts.number;
    this.key = parts.key;
    this.clientKey = parts.clientKey;
    this.role = parts.role;
    this.window = parts.window;
    this.receiver = parts.receiver;
    this.sender = new ChunkSender(parts.opening);
  }

  /** Ends the opening phase. */
  opened(): void {
    if (this.listener !== undefined) this.listener.openings--;
    this.listener = undefined;
  }

  /** True if a send to its window may block: it has not answered yet, or not recently. */
  get isDoubtful(): boolean {
    return !this.isEstablished || this.#silentAt !== undefined;
  }

  /** True for an opening whose answer was sent to the client's window and has not been taken. */
  get isUnanswered(): boolean {
    return this.role === "server" && !this.isEstablished && this.#silentAt !== undefined;
  }

  /** Records that its window has answered an attempt. */
  answered(): void {
    this.#silentAt = undefined;
    this.#silentMs = 0;
  }

  /**
   * Records that its window has not answered an attempt.
   * @returns the milliseconds of silence, over all attempts since its last answer.
   */
  unanswered(attempt: { readonly from: number; readonly to: number }): number {
    const since = this.#silentAt ?? attempt.from;
    this.#silentAt = attempt.to;
    this.#silentMs += Math.min(attempt.to - since, maxSilenceStepMs);
    return this.#silentMs;
  }

  /** True if this side neither reads nor writes it any more. */
  get isDropped(): boolean {
    return this.lingerUntil !== undefined;
  }

  set peerKey(key: Uint8Array) {
    this.#peerKey = key;
    this.sender.key = key;
  }

  /** Schedules a `ready` for the peer. */
  announceRoom(): void {
    this.#hasRoom = true;
  }

  roomAnnounced(): void {
    this.#hasRoom = false;
  }

  /**
   * Returns the `ready` chunk if one is due. It does not wait for anything that the other direction
   * waits for.
   */
  ready(): Buffer | undefined {
    if (!this.#hasRoom || this.#peerKey === undefined) return undefined;
    return encodeChunk(kinds.ready, { key: this.#peerKey, sequence: 0 }, 0);
  }
}
