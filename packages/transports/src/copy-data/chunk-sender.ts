import { encodeChunk, maxPayloadBytes } from "./chunk.js";
import { kinds } from "./copy-data-layout.js";

/** A chunk on its way; it stays the same, number and all, until the receiver has answered. */
export interface OutboundChunk {
  readonly bytes: Buffer;
  /** Bytes of the stream in it. */
  readonly streamBytes: number;
  readonly isClose: boolean;
  readonly isOpening: boolean;
}

/**
 * The sending half of a connection: bytes in, numbered chunks out, one at a time. A chunk is offered again until `taken` is called, because
 * a send that was cut off may or may not have arrived.
 */
export class ChunkSender {
  #key: Uint8Array | undefined;
  #sequence = 0;
  readonly #queue: Uint8Array[] = [];
  /** Bytes of the first of the queue that are gone. */
  #offset = 0;
  #queuedBytes = 0;
  #current: OutboundChunk | undefined;
  #endAsked = false;
  #closed = false;

  /** @param opening the chunk that is the first of this direction. */
  constructor(opening: Buffer) {
    this.#current = { bytes: opening, streamBytes: 0, isClose: false, isOpening: true };
  }

  /** Sets where the chunks after the first one go. Until then none is made. */
  set key(key: Uint8Array) {
    this.#key = key;
  }

  get endAsked(): boolean {
    return this.#endAsked;
  }

  /** True when the peer has taken the last chunk there will be. */
  get isClosed(): boolean {
    return this.#closed;
  }

  add(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#endAsked) return;
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
  }

  /** After what is queued there is nothing more. */
  end(): void {
    this.#endAsked = true;
  }

  /** The peer has answered the opening in words of its own: it has taken it, whatever became of the attempt to send it. */
  openingTaken(): void {
    if (this.#current?.isOpening === true) this.taken();
  }

  /** Drops what is queued, except for a chunk that the peer may have taken already, and ends. Returns the bytes dropped. */
  cut(): number {
    const dropped = this.#queuedBytes;
    this.#queue.length = 0;
    this.#offset = 0;
    this.#queuedBytes = 0;
    this.#endAsked = true;
    return dropped;
  }

  /** The chunk to send now. */
  current(): OutboundChunk | undefined {
    if (this.#current === undefined && this.#key !== undefined && !this.#closed) {
      this.#current = this.#next(this.#key);
    }
    return this.#current;
  }

  /**
   * The peer has taken the current chunk.
   * @param chunk the one that was answered: an answer that comes after its chunk was found to have been taken changes nothing.
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
