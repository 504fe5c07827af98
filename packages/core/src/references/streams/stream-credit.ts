/**
 * Bytes that the sender of a stream may send before the first credit of its receiver. Part of the
 * protocol.
 */
export const initialCreditBytes = 65_536;

/**
 * Flow control of one stream, at its receiver. Returns credit for what the program has taken, half
 * a window at a time. Doubles the window, up to a limit, if the program takes items as fast as they
 * arrive. So the read-ahead of a stream adapts to its reader.
 */
export class StreamCredit {
  readonly #maxWindowBytes: number;
  readonly #mayGrow: (bytes: number) => boolean;
  #windowBytes = initialCreditBytes;
  /**
   * Bytes that the sender may still send. Negative after a message that was larger than the rest.
   */
  #leftBytes = initialCreditBytes;
  #takenBytes = 0;

  /** @param mayGrow returns true if all streams of the connection may have that many more bytes. */
  constructor(maxWindowBytes: number, mayGrow: (bytes: number) => boolean) {
    this.#maxWindowBytes = maxWindowBytes;
    this.#mayGrow = mayGrow;
  }

  /** Bytes by which the window has grown beyond its initial size. */
  get grownBytes(): number {
    return this.#windowBytes - initialCreditBytes;
  }

  /** Counts a message. Returns false if its sender had no credit. */
  spend(bytes: number): boolean {
    if (this.#leftBytes <= 0) return false;
    this.#leftBytes -= bytes;
    return true;
  }

  /**
   * Counts the items of a message that the program has taken.
   * @param keptUp is true if it has taken everything that arrived.
   * @returns the bytes to grant to the sender now, or 0.
   */
  take(bytes: number, keptUp: boolean): number {
    this.#takenBytes += bytes;
    if (this.#takenBytes < this.#windowBytes / 2) return 0;
    let given = this.#takenBytes;
    const growth = Math.min(this.#windowBytes, this.#maxWindowBytes - this.#windowBytes);
    if (keptUp && growth > 0 && this.#mayGrow(growth)) {
      this.#windowBytes += growth;
      given += growth;
    }
    this.#takenBytes = 0;
    this.#leftBytes += given;
    return given;
  }
}
