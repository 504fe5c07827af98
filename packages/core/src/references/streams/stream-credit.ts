/** Bytes that the sender of a stream may send before it hears of its receiver. Part of the protocol. */
export const initialCreditBytes = 65_536;

/**
 * What the receiver of one stream lets its sender send. It gives back what the program has taken, half a window at a time, and doubles the window
 * of a program that takes things as fast as they come, up to a bound: how far a stream reads ahead follows from how it is read.
 */
export class StreamCredit {
  readonly #maxWindowBytes: number;
  readonly #mayGrow: (bytes: number) => boolean;
  #windowBytes = initialCreditBytes;
  /** What the sender may still send; below 0 after a message that was larger than the rest. */
  #leftBytes = initialCreditBytes;
  #takenBytes = 0;

  /** @param mayGrow whether the streams of the connection together may have so many more bytes. */
  constructor(maxWindowBytes: number, mayGrow: (bytes: number) => boolean) {
    this.#maxWindowBytes = maxWindowBytes;
    this.#mayGrow = mayGrow;
  }

  /** How much the window has grown beyond what every stream has. */
  get grownBytes(): number {
    return this.#windowBytes - initialCreditBytes;
  }

  /** A message came. False if its sender had no credit. */
  spend(bytes: number): boolean {
    if (this.#leftBytes <= 0) return false;
    this.#leftBytes -= bytes;
    return true;
  }

  /**
   * The program has taken a message's items.
   * @param keptUp whether it has taken all that came.
   * @returns the bytes to give to the sender now; 0 for none yet.
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
