import type { Hwnd } from "../win32/types.js";
import { encodeChunk } from "./chunk.js";
import type { ChunkReceiver } from "./chunk-receiver.js";
import { ChunkSender } from "./chunk-sender.js";
import { kinds } from "./copy-data-layout.js";
import { maxSilenceStepMs } from "./copy-data-limits.js";

/** What makes a connection, as its pump sees it. */
export interface PumpLinkParts {
  readonly number: number;
  /** The key that the peer shows, as hexadecimal text. */
  readonly key: string;
  /** The key that the client has chosen, the same at both ends: names an opening. */
  readonly clientKey: string;
  /** Where the first chunk goes. */
  readonly window: Hwnd;
  readonly opening: Buffer;
  readonly receiver: ChunkReceiver;
  readonly role: "client" | "server";
}

/** One connection on the pump's thread: what it has to send, and how its peer's window behaves. */
export class PumpLink {
  readonly number: number;
  readonly key: string;
  readonly clientKey: string;
  readonly role: "client" | "server";
  readonly sender: ChunkSender;
  readonly receiver: ChunkReceiver;
  window: Hwnd;
  /** Both sides know each other's window and key. */
  isEstablished = false;
  /** The peer has sent its last chunk. */
  peerEnded = false;
  /** Where its opening came, which counts it until it is established or over. */
  listener: { openings: number } | undefined;
  /** The peer's process has ended. */
  peerExited = false;
  /** Until then what is left is still sent although nobody here cares any more, by `performance.now()`. */
  lingerUntil: number | undefined;
  /** Nothing is sent before, because its window has not answered. */
  retryAt = 0;
  /** Nothing of the stream is sent before, because the peer has no room for it. */
  busyUntil = 0;
  /** The peer has said that it is ready since the last attempt began. */
  wasCalled = false;
  #peerKey: Uint8Array | undefined;
  #hasRoom = false;
  /** When an attempt last had no answer, if none was answered since. */
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

  /** It is no opening any more. */
  opened(): void {
    if (this.listener !== undefined) this.listener.openings--;
    this.listener = undefined;
  }

  /** Whether its window may keep who sends to it waiting: it has not answered yet, or not lately. */
  get isDoubtful(): boolean {
    return !this.isEstablished || this.#silentAt !== undefined;
  }

  /** True for an opening whose answer the client's window has been sent and has not taken. */
  get isUnanswered(): boolean {
    return this.role === "server" && !this.isEstablished && this.#silentAt !== undefined;
  }

  /** Its window has answered an attempt. */
  answered(): void {
    this.#silentAt = undefined;
    this.#silentMs = 0;
  }

  /**
   * Its window has not answered an attempt.
   * @returns milliseconds for which it has not, over all attempts since its last answer.
   */
  unanswered(attempt: { readonly from: number; readonly to: number }): number {
    const since = this.#silentAt ?? attempt.from;
    this.#silentAt = attempt.to;
    this.#silentMs += Math.min(attempt.to - since, maxSilenceStepMs);
    return this.#silentMs;
  }

  /** Nobody here reads or writes any more. */
  get isDropped(): boolean {
    return this.lingerUntil !== undefined;
  }

  set peerKey(key: Uint8Array) {
    this.#peerKey = key;
    this.sender.key = key;
  }

  /** The peer is to be told that it may go on. */
  announceRoom(): void {
    this.#hasRoom = true;
  }

  roomAnnounced(): void {
    this.#hasRoom = false;
  }

  /** The word that there is room, which waits for nothing that the other direction waits for. */
  ready(): Buffer | undefined {
    if (!this.#hasRoom || this.#peerKey === undefined) return undefined;
    return encodeChunk(kinds.ready, { key: this.#peerKey, sequence: 0 }, 0);
  }
}
