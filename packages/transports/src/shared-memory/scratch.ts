/** Longest array that is kept. Longer ranges are rare, and each gets a new array. */
const keptBytes = 1024;

/**
 * A private buffer that reuses the arrays over its short beginnings: creating a typed array costs
 * more than copying a small message.
 */
export class Scratch {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly #beginnings: Uint8Array[] = [];
  readonly #messages: Uint8Array[] = [];
  readonly #messageStart: number;

  /** @param messageStart offset of the first message. */
  constructor(byteLength: number, messageStart: number) {
    const memory = new ArrayBuffer(byteLength);
    this.bytes = new Uint8Array(memory);
    this.words = new Int32Array(memory);
    this.#messageStart = messageStart;
  }

  /** Returns the first `count` bytes. */
  beginning(count: number): Uint8Array {
    if (count > keptBytes) return this.bytes.subarray(0, count);
    this.#beginnings[count] ??= this.bytes.subarray(0, count);
    return this.#beginnings[count];
  }

  /** Returns `count` bytes from `start`. */
  range(start: number, count: number): Uint8Array {
    if (start !== this.#messageStart || count > keptBytes) {
      return new Uint8Array(this.bytes.buffer, start, count);
    }
    this.#messages[count] ??= this.bytes.subarray(start, start + count);
    return this.#messages[count];
  }
}
