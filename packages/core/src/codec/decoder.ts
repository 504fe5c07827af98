import { decodeText } from "./decode-text.js";
import { KeyTexts } from "./key-texts.js";

/** Longest byte string that a loop copies faster than a call into the runtime. */
const copiedHereBytes = 64;
/** Messages up to this length have so few numbers that a view of their own costs more. */
const copiedNumbersBytes = 512;
/** Upper half of 2^53, up to which a number holds every integer. */
const maxExactHigh = 2 ** 21;

/**
 * Decodes MessagePack that passed the structure guard, in one pass over the bytes. It knows the
 * formats that the guard accepts, and relies on it for lengths, nesting and keys.
 */
export class Decoder {
  #bytes: Uint8Array = noBytes;
  #position = 0;
  #sharing = false;
  /** View of the bytes of a longer message that holds fractions. */
  #view: DataView | undefined;
  readonly #keys = new KeyTexts();
  readonly #number = new Uint8Array(8);
  readonly #numberView = new DataView(this.#number.buffer);

  /** Index after the value that was decoded last. */
  get position(): number {
    return this.#position;
  }

  /**
   * Decodes the value at `start`.
   * @param sharing true if byte strings in the result may be views of the bytes.
   */
  decode(bytes: Uint8Array, start: number, sharing: boolean): unknown {
    this.#bytes = bytes;
    this.#position = start;
    this.#sharing = sharing;
    try {
      return this.#value();
    } finally {
      this.#bytes = noBytes;
      this.#view = undefined;
    }
  }

  #value(): unknown {
    const type = this.#bytes[this.#position++] as number;
    if (type < 0x80) return type;
    if (type < 0x90) return this.#map(type & 0x0f);
    if (type < 0xa0) return this.#array(type & 0x0f);
    if (type < 0xc0) return this.#text(type & 0x1f);
    if (type >= 0xe0) return type - 0x100;
    switch (type) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return this.#binary(this.#uint8());
      case 0xc5:
        return this.#binary(this.#uint16());
      case 0xc6:
        return this.#binary(this.#uint32());
      case 0xc7:
        return this.#timestamp(this.#uint8());
      case 0xca:
        return this.#load(4).getFloat32(0);
      case 0xcb:
        return this.#float64();
      case 0xcc:
        return this.#uint8();
      case 0xcd:
        return this.#uint16();
      case 0xce:
        return this.#uint32();
      case 0xcf:
        return this.#uint64();
      case 0xd0:
        return (this.#uint8() << 24) >> 24;
      case 0xd1:
        return (this.#uint16() << 16) >> 16;
      case 0xd2:
        return this.#uint32() | 0;
      case 0xd3:
        return this.#int64();
      case 0xd4:
        this.#position += 2;
        return undefined;
      case 0xd6:
        return this.#timestamp(4);
      case 0xd7:
        return this.#timestamp(8);
      case 0xd9:
        return this.#text(this.#uint8());
      case 0xda:
        return this.#text(this.#uint16());
      case 0xdb:
        return this.#text(this.#uint32());
      case 0xdc:
        return this.#array(this.#uint16());
      case 0xdd:
        return this.#array(this.#uint32());
      case 0xde:
        return this.#map(this.#uint16());
      case 0xdf:
        return this.#map(this.#uint32());
      default:
        throw new Error(`byte 0x${type.toString(16)} does not start a value`);
    }
  }

  #array(count: number): unknown[] {
    const items = new Array<unknown>(count);
    for (let i = 0; i < count; i++) items[i] = this.#value();
    return items;
  }

  #map(count: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    for (let i = 0; i < count; i++) {
      const key = this.#key();
      object[key] = this.#value();
    }
    return object;
  }

  #key(): string {
    const type = this.#uint8();
    const length = type < 0xc0 ? type & 0x1f : this.#longLength(type);
    const start = this.#position;
    this.#position += length;
    return this.#keys.get(this.#bytes, start, length);
  }

  /** Reads the length of a key of more than 31 bytes, or in a longer form than needed. */
  #longLength(type: number): number {
    if (type === 0xd9) return this.#uint8();
    return type === 0xda ? this.#uint16() : this.#uint32();
  }

  #text(length: number): string {
    const start = this.#position;
    this.#position += length;
    return decodeText(this.#bytes, start, length);
  }

  #binary(length: number): Uint8Array {
    const start = this.#position;
    this.#position += length;
    const bytes = this.#bytes;
    if (this.#sharing) return new Uint8Array(bytes.buffer, bytes.byteOffset + start, length);
    const copy = new Uint8Array(length);
    if (length > copiedHereBytes) copy.set(bytes.subarray(start, start + length));
    else for (let i = 0; i < length; i++) copy[i] = bytes[start + i] as number;
    return copy;
  }

  #timestamp(length: number): Date {
    this.#position++;
    if (length === 4) return new Date(this.#uint32() * 1000);
    const first = this.#uint32();
    if (length === 8) {
      const seconds = (first & 3) * 2 ** 32 + this.#uint32();
      return new Date(seconds * 1000 + (first >>> 2) / 1e6);
    }
    const high = this.#uint32() | 0;
    return new Date((high * 2 ** 32 + this.#uint32()) * 1000 + first / 1e6);
  }

  /** Reads an integer of 64 bits: a number where that is exact, else a bigint. */
  #uint64(): number | bigint {
    const high = this.#uint32();
    const low = this.#uint32();
    if (high < maxExactHigh || (high === maxExactHigh && low === 0)) return high * 2 ** 32 + low;
    this.#position -= 8;
    return this.#load(8).getBigUint64(0);
  }

  #int64(): number | bigint {
    const high = this.#uint32() | 0;
    const low = this.#uint32();
    if (high >= -maxExactHigh && (high < maxExactHigh || (high === maxExactHigh && low === 0)))
      return high * 2 ** 32 + low;
    this.#position -= 8;
    return this.#load(8).getBigInt64(0);
  }

  #float64(): number {
    if (this.#bytes.length <= copiedNumbersBytes) return this.#load(8).getFloat64(0);
    this.#view ??= new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
    const start = this.#position;
    this.#position += 8;
    return this.#view.getFloat64(start);
  }

  /** Copies the bytes of a number to where a view reads it. */
  #load(length: 4 | 8): DataView {
    for (let i = 0; i < length; i++) this.#number[i] = this.#bytes[this.#position++] as number;
    return this.#numberView;
  }

  #uint8(): number {
    return this.#bytes[this.#position++] as number;
  }

  #uint16(): number {
    return (this.#uint8() << 8) | this.#uint8();
  }

  #uint32(): number {
    return ((this.#uint8() << 24) | (this.#uint8() << 16) | (this.#uint8() << 8) | this.#uint8()) >>> 0;
  }
}

const noBytes = new Uint8Array(0);
