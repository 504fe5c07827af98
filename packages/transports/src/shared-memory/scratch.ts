/** Longer ranges are seldom and make an array each; these are kept. */
const keptBytes = 1024;

/**
 * A private buffer whose short beginnings are used again and again: making a typed array costs more than copying a small
 * message, so the arrays over them are kept.
 */
export class Scratch {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly #beginnings: Uint8Array[] = [];
  readonly #messages: Uint8Array[] = [];
  readonly #messageStart: number;

  /** @param messageStart where the first message begins. */
  constructor(byteLength: number, messageStart: number) {
    const memory = new ArrayBuffer(byteLength);
    this.bytes = new Uint8Array(memory);
    this.words = new Int32Array(memory);
    this.#messageStart = messageStart;
  }

  /** The first `count` bytes. */
  beginning(count: number): Uint8Array {
    if (count > keptBytes) return this.bytes.subarray(0, count);
    this.#beginnings[count] ??= this.bytes.subarray(0, count);
    return this.#beginnings[count];
  }

  /** The bytes from `start`. */
  range(start: number, count: number): Uint8Array {
    if (start !== this.#messageStart || count > keptBytes) {
      return new Uint8Array(this.bytes.buffer, start, count);
    }
    this.#messages[count] ??= this.bytes.subarray(start, start + count);
    return this.#messages[count];
  }
}
