import { malformed } from "./decode.js";

/** Reads the unsigned integers that begin a message, before anything of it is decoded. */
export class HeaderReader {
  readonly #bytes: Uint8Array;
  position: number;

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.position = position;
  }

  uint(): number {
    const type = this.#bytes[this.position++];
    if (type === undefined) throw malformed("it is cut off");
    if (type < 0x80) return type;
    const size = type === 0xcc ? 1 : type === 0xcd ? 2 : type === 0xce ? 4 : 0;
    if (size === 0) throw malformed("a header field is not an unsigned integer of at most 32 bits");
    if (this.position + size > this.#bytes.length) throw malformed("it is cut off");
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + (this.#bytes[this.position++] as number);
    return value;
  }
}
