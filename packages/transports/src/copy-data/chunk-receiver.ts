import { results } from "./copy-data-layout.js";
import { receiveWindowBytes } from "./copy-data-limits.js";

/**
 * Outcome for a chunk: taken, a duplicate, refused for now, or the end of the connection because an
 * earlier chunk is missing.
 */
export type Verdict = "taken" | "duplicate" | "busy" | "gap";

/** Results that the window procedure returns for the verdicts. */
export const resultOf = {
  taken: results.taken,
  duplicate: results.taken,
  busy: results.busy,
  gap: results.over,
} as const;

/** Cells that the reader of a connection shares with its pump. */
export const window = { consumed: 0, held: 1 } as const;

export function sharedWindow(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(8));
}

/**
 * The receiving half of a connection: it knows the number of the next chunk, and whether there is
 * room for it. The reader, on another thread, counts the bytes it has consumed in `shared`. When
 * the peer was refused for lack of room, `held` is set there, and the reader that clears it has to
 * notify the peer.
 */
export class ChunkReceiver {
  readonly #shared: Int32Array<SharedArrayBuffer>;
  #expected: number;
  #received = 0;

  /** @param expected the number of the first chunk. */
  constructor(shared: Int32Array<SharedArrayBuffer>, expected: number) {
    this.#shared = shared;
    this.#expected = expected;
  }

  /**
   * Judges a chunk by its number and the bytes that it would add. The chunk counts as received if
   * the verdict is `taken`.
   */
  take(sequence: number, bytes: number): Verdict {
    // The numbers wrap around after 2^32. At most one chunk is in flight, so half of them are in
    // the past.
    const ahead = (sequence - this.#expected) | 0;
    if (ahead < 0) return "duplicate";
    if (ahead > 0) return "gap";
    if (bytes > 0 && !this.#hasRoom(bytes)) {
      Atomics.store(this.#shared, window.held, 1);
      // The reader may have made room just before it could see that the peer waits for it.
      if (!this.#hasRoom(bytes)) return "busy";
      Atomics.store(this.#shared, window.held, 0);
    }
    this.#expected = (this.#expected + 1) >>> 0;
    this.#received = (this.#received + bytes) | 0;
    return "taken";
  }

  #hasRoom(bytes: number): boolean {
    const unread = (this.#received - Atomics.load(this.#shared, window.consumed)) | 0;
    return unread === 0 || unread + bytes <= receiveWindowBytes;
  }
}
