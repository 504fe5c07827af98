import { decodedCosts, textCost } from "./decoded-costs.js";
import { malformed, tooManyBytes, tooManyElements, tooManyLevels } from "./guard-errors.js";
import { KeyPaths } from "./key-paths.js";

/** The limits that the guard enforces; see `Limits`. */
export interface StructureLimits {
  readonly maxNesting: number;
  readonly maxElements: number;
  readonly maxDecodedBytes: number;
}

/** A message that passed the guard. */
export interface CheckedMessage {
  /** The bytes that were checked, for the decoder. */
  readonly bytes: Uint8Array;
  /** Estimated memory of the decoded message. */
  readonly decodedBytes: number;
  /**
   * Index after each of its fields. Empty for three and five fields, which nearly all messages
   * have: of those only the end of the last field is needed.
   */
  readonly fieldEnds: readonly number[];
}

/** Levels of a message around a value: the message array and its list of arguments. */
const envelopeLevels = 2;

const protoKey = [0x5f, 0x5f, 0x70, 0x72, 0x6f, 0x74, 0x6f, 0x5f, 0x5f];

/**
 * In a shorter message neither text nor repeated keys are checked. Its decoding takes some
 * microseconds at most, and most calls are this short.
 */
const shortMessageBytes = 1024;

/**
 * Reads the bytes of a message once and checks that decoding them is safe. Accepts one MessagePack
 * value with nothing after it, whose lengths are within the bytes that are there, and whose
 * nesting, items and estimated memory are within the limits. Accepts only string keys, none of them
 * `__proto__`, and no extension but the timestamp (-1) and `undefined` (0). So a decoder never gets
 * the chance to allocate by a claimed length, compile records, or revive errors and regular
 * expressions.
 *
 * The formats are those of https://github.com/msgpack/msgpack/blob/master/spec.md.
 * @throws {RpcError} `internal` for bytes that break these rules, `resourceExhausted` for a value
 * over a limit.
 */
export function guardStructure(bytes: Uint8Array, limits: StructureLimits): CheckedMessage {
  const guard = new StructureGuard(bytes, limits);
  guard.run();
  return guard;
}

/** A table for all messages of the thread, whose estimates do not depend on earlier ones. */
const keyPaths = new KeyPaths();

class StructureGuard implements CheckedMessage {
  readonly bytes: Uint8Array;
  decodedBytes = 0;
  fieldEnds: readonly number[] = noEnds;
  readonly #maxLevels: number;
  readonly #maxElements: number;
  readonly #maxDecodedBytes: number;
  /** Undefined for a short message. */
  readonly #paths: KeyPaths | undefined;
  #position = 0;
  #elements = 0;

  constructor(bytes: Uint8Array, limits: StructureLimits) {
    this.bytes = bytes;
    this.#maxLevels = limits.maxNesting + envelopeLevels;
    this.#maxElements = limits.maxElements;
    this.#maxDecodedBytes = limits.maxDecodedBytes;
    if (bytes.length > shortMessageBytes) {
      keyPaths.begin(bytes);
      this.#paths = keyPaths;
    }
  }

  run(): void {
    const type = this.bytes[0] as number;
    if (type >= 0x90 && type <= 0x9f) this.#message(type & 0x0f);
    else this.#value(0);
    this.#paths?.end();
    if (this.#position !== this.bytes.length) {
      throw malformed(`${this.bytes.length - this.#position} bytes follow the value`);
    }
  }

  /** Reads the array that is the message itself. */
  #message(count: number): void {
    this.#position = 1;
    this.#elements = 1;
    this.#enter(count, 0);
    const ends: number[] | undefined = count === 3 || count === 5 ? undefined : [];
    for (let i = 0; i < count; i++) {
      this.#value(1);
      ends?.push(this.#position);
    }
    this.fieldEnds = ends ?? noEnds;
  }

  /**
   * Reads a value. Recursion is bounded by the nesting limit, which is checked before each step
   * down.
   */
  #value(level: number): void {
    if (++this.#elements > this.#maxElements) {
      throw tooManyElements(this.#maxElements);
    }
    const type = this.#byte();
    if (type < 0x80 || type >= 0xe0) return;
    if (type < 0x90) return this.#map(type & 0x0f, level);
    if (type < 0xa0) return this.#array(type & 0x0f, level);
    if (type < 0xc0) return this.#string(type & 0x1f);
    switch (type) {
      case 0xc0:
      case 0xc2:
      case 0xc3:
        return;
      case 0xc4:
        return this.#binary(this.#byte());
      case 0xc5:
        return this.#binary(this.#uint(2));
      case 0xc6:
        return this.#binary(this.#uint(4));
      case 0xd9:
        return this.#string(this.#byte());
      case 0xda:
        return this.#string(this.#uint(2));
      case 0xdb:
        return this.#string(this.#uint(4));
      case 0xc7:
        return this.#timestamp(this.#byte());
      case 0xca:
      case 0xce:
      case 0xd2:
        return this.#skip(4);
      case 0xcb:
        return this.#skip(8);
      case 0xcf:
      case 0xd3:
        this.#charge(decodedCosts.int64);
        return this.#skip(8);
      case 0xcc:
      case 0xd0:
        return this.#skip(1);
      case 0xcd:
      case 0xd1:
        return this.#skip(2);
      case 0xd4:
        return this.#undefinedExtension();
      case 0xd6:
        return this.#timestamp(4);
      case 0xd7:
        return this.#timestamp(8);
      case 0xdc:
        return this.#array(this.#uint(2), level);
      case 0xdd:
        return this.#array(this.#uint(4), level);
      case 0xde:
        return this.#map(this.#uint(2), level);
      case 0xdf:
        return this.#map(this.#uint(4), level);
      default:
        throw malformed(
          `byte 0x${type.toString(16)} at ${this.#position - 1} starts a value that is not allowed`,
        );
    }
  }

  #array(count: number, level: number): void {
    this.#enter(count, level);
    this.#charge(decodedCosts.array + decodedCosts.item * count);
    for (let i = 0; i < count; i++) this.#value(level + 1);
  }

  #map(count: number, level: number): void {
    this.#enter(count * 2, level);
    this.#charge(
      decodedCosts.map + decodedCosts.knownKey * count + decodedCosts.laterKey * Math.max(0, count - 4),
    );
    let path = this.#paths === undefined ? 0 : this.#paths.empty;
    for (let i = 0; i < count; i++) {
      path = this.#key(path);
      this.#value(level + 1);
    }
  }

  #string(length: number): void {
    const start = this.#position;
    this.#skip(length);
    this.#charge(
      decodedCosts.string +
        (this.bytes.length > shortMessageBytes ? textCost(this.bytes, start, length) : length),
    );
  }

  #binary(length: number): void {
    this.#skip(length);
    this.#charge(decodedCosts.bytes + length);
  }

  #charge(bytes: number): void {
    this.decodedBytes += bytes;
    if (this.decodedBytes > this.#maxDecodedBytes) {
      throw tooManyBytes(this.#maxDecodedBytes);
    }
  }

  #enter(items: number, level: number): void {
    if (level >= this.#maxLevels) {
      throw tooManyLevels(this.#maxLevels - envelopeLevels);
    }
    if (items > this.bytes.length - this.#position) {
      throw malformed(
        `${items} items are announced where ${this.bytes.length - this.#position} bytes are left`,
      );
    }
  }

  /** Returns the path that the key leads to. */
  #key(before: number): number {
    const type = this.#byte();
    let length: number;
    if (type >= 0xa0 && type < 0xc0) length = type & 0x1f;
    else if (type === 0xd9) length = this.#byte();
    else if (type === 0xda) length = this.#uint(2);
    else if (type === 0xdb) length = this.#uint(4);
    else throw malformed(`the key of a map at ${this.#position - 1} is not a string`);
    const start = this.#position;
    this.#skip(length);
    if (length === protoKey.length && protoKey.every((byte, i) => this.bytes[start + i] === byte)) {
      throw malformed("a map has the key __proto__");
    }
    const paths = this.#paths;
    if (paths === undefined) return 0;
    const path = paths.step(before, start, length);
    if (paths.wasNew) this.#charge(decodedCosts.newKey + textCost(this.bytes, start, length));
    return path;
  }

  /** Reads extension 0 with one byte 0: `undefined`. */
  #undefinedExtension(): void {
    if (this.#byte() !== 0 || this.#byte() !== 0) throw malformed("an extension type that is not allowed");
    this.#charge(decodedCosts.undefined);
  }

  #timestamp(length: number): void {
    if (this.#byte() !== 0xff) throw malformed("an extension type that is not allowed");
    if (length !== 4 && length !== 8 && length !== 12) throw malformed(`a timestamp of ${length} bytes`);
    const start = this.#position;
    this.#skip(length);
    this.#charge(decodedCosts.date);
    if (length === 4) return;
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset + start, length);
    const nanoseconds = length === 8 ? view.getUint32(0) >>> 2 : view.getUint32(0);
    // A date reaches ±8.64e12 seconds; decoders misread more than 48 bits of them.
    const highSeconds = length === 12 ? view.getInt32(4) : 0;
    if (nanoseconds > 999_999_999 || highSeconds < -2048 || highSeconds > 2047) {
      throw malformed("an invalid timestamp");
    }
  }

  #byte(): number {
    const byte = this.bytes[this.#position++];
    if (byte === undefined) throw malformed("the value is cut off");
    return byte;
  }

  #uint(size: 2 | 4): number {
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + this.#byte();
    return value;
  }

  #skip(length: number): void {
    if (length > this.bytes.length - this.#position) throw malformed("the value is cut off");
    this.#position += length;
  }
}

const noEnds: readonly number[] = [];
