import { encodeChunk, maxPayloadBytes } from "./chunk.js";
import { kinds } from "./copy-data-layout.js";

/** A chunk in flight; its bytes and its number stay the same until the receiver has answered. */
export interface OutboundChunk {
  readonly bytes: Buffer;
  /** Number of stream bytes in it. */
  readonly streamBytes: number;
  readonly isClose: boolean;
  readonly isOpening: boolean;
}

/**
 * The sending half of a connection: it takes bytes and makes numbered chunks, one at a time. A
 * chunk is offered again until `taken` is called, because a send that was cut off may or may not
 * have arrived.
 */
export class ChunkSender {
  #key: Uint8Array | undefined;
  #sequence = 0;
  readonly #queue: Uint8Array[] = [];
  /** Bytes of the first queued buffer that are already sent. */
  #offset = 0;
  #queuedBytes = 0;
  #current: OutboundChunk | undefined;
  #endAsked = false;
  #closed = false;

  /** @param opening the first chunk of this direction. */
  constructor(opening: Buffer) {
    this.#current = { bytes: opening, streamBytes: 0, isClose: false, isOpening: true };
  }

  /** Sets the key for the chunks after the first one. No further chunk is made before. */
  set key(key: Uint8Array) {
    this.#key = key;
  }

  get endAsked(): boolean {
    return this.#endAsked;
  }

  /** True when the peer has taken the closing chunk. */
  get isClosed(): boolean {
    return this.#closed;
  }

  add(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#endAsked) return;
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
  }

  /** Closes the stream after the queued bytes. */
  end(): void {
    this.#endAsked = true;
  }

  /**
   * Marks the opening as taken: the peer has answered it with a chunk of its own, whatever the
   * attempt to send it returned.
   */
  openingTaken(): void {
    if (this.#current?.isOpening === true) this.taken();
  }

  /**
   * Drops the queued bytes, except for a chunk that the peer may have taken already, and ends the
   * stream. Returns the number of dropped bytes.
   */
  cut(): number {
    const dropped = this.#queuedBytes;
    this.#queue.length = 0;
    this.#offset = 0;
    this.#queuedBytes = 0;
    this.#endAsked = true;
    return dropped;
  }

  /** Returns the chunk to send now. */
  current(): OutboundChunk | undefined {
    if (this.#current === undefined && this.#key !== undefined && !this.#closed) {
      this.#current = this.#next(this.#key);
    }
    return this.#current;
  }

  /**
   * Marks the current chunk as taken by the peer.
   * @param chunk the chunk that was answered. A late answer, to a chunk that is known to have been
   * taken, has no effect.
   */
  taken(chunk: OutboundChunk | undefined = this.#current): void {
    if (chunk === undefined || chunk !== this.#current) return;
    if (chunk.isClose) this.#closed = true;
    this.#current = undefined;
    this.#sequence = (this.#sequence + 1) >>> 0;
  }

  #next(key: Uint8Array): OutboundChunk | undefined {
    const to = { key, sequence: this.#sequence };
    if (this.#queuedBytes > 0) {
      const streamBytes = Math.min(this.#queuedBytes, maxPayloadBytes);
      const bytes = encodeChunk(kinds.data, to, streamBytes);
      this.#fill(bytes, bytes.length - streamBytes);
      this.#queuedBytes -= streamBytes;
      return { bytes, streamBytes, isClose: false, isOpening: false };
    }
    if (!this.#endAsked) return undefined;
    return { bytes: encodeChunk(kinds.close, to, 0), streamBytes: 0, isClose: true, isOpening: false };
  }

  #fill(bytes: Buffer, start: number): void {
    let at = start;
    while (at < bytes.length) {
      const first = this.#queue[0] as Uint8Array;
      const end = Math.min(first.length, this.#offset + bytes.length - at);
      bytes.set(first.subarray(this.#offset, end), at);
      at += end - this.#offset;
      this.#offset = end;
      if (end < first.length) return;
      this.#queue.shift();
      this.#offset = 0;
    }
  }
}
