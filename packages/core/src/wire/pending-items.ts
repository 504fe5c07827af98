import type { EncodedBytes } from "../codec/codec.js";
import { msgpackCodec } from "../codec/msgpack-codec.js";
import { encodeItems, itemsFormat } from "./messages/stream.js";
import { uintBytes, writeUint } from "./write-uint.js";

/** Room for the longest header: array byte, kind, stream, and the count of the items. */
const headerRoomBytes = 12;
const binHeaderBytes = 5;
/** Bytes of the largest value that is neither text, bytes nor an object: a number. */
const scalarBytes = 9;
/** Length up to which a loop copies faster than a new view. */
const loopBytes = 64;

/** Maximum bytes of items that share a message. */
const sharedBytes = 32 * 1024;
const fullBufferBytes = headerRoomBytes + sharedBytes;
const firstBufferBytes = 1024;

/** Buffers of messages that were sent. Few streams have pending items at the same time. */
const spareBuffers: Uint8Array[] = [];
const maxSpareBuffers = 8;
const noBytes = new Uint8Array(0);

/**
 * Pending items of one stream, to be sent in one message. Objects and bytes could still change, so
 * they are encoded or copied when they are added. Immutable values, such as numbers and texts, are
 * kept and encoded together.
 */
export class PendingItems {
  /**
   * Maximum bytes of items in one message. Text counts one byte for each UTF-16 unit, although it
   * may take three.
   */
  readonly maxBytes: number;
  readonly #stream: number;
  #scalars: unknown[] = [];
  #scalarBytes = 0;
  /** Encoded items, after room for a header. Empty while there are scalars. */
  #buffer: Uint8Array = noBytes;
  #end = headerRoomBytes;
  #encodedCount = 0;
  /** The item that was measured last, if measuring has encoded it. */
  #measured: EncodedBytes | undefined;

  /** @param maxMessageBytes the peer's limit for one message. */
  constructor(stream: number, maxMessageBytes: number) {
    this.#stream = stream;
    this.maxBytes = Math.min(sharedBytes, Math.floor((maxMessageBytes - headerRoomBytes) / 3));
  }

  get count(): number {
    return this.#scalars.length + this.#encodedCount;
  }

  get bytes(): number {
    return this.#scalarBytes + this.#end - headerRoomBytes;
  }

  /**
   * Returns the size of an item in bytes. The item is then passed to {@link add} or {@link alone},
   * before any other is measured.
   */
  measure(value: unknown): number {
    this.#measured = undefined;
    if (value instanceof Uint8Array) return value.length + binHeaderBytes;
    if (this.#encodedCount === 0 && (typeof value !== "object" || value === null))
      return typeof value === "string" ? value.length + binHeaderBytes : scalarBytes;
    // All values are encoded into the same memory, so the scalars are encoded and copied first.
    this.#encodeScalars();
    const encoded = msgpackCodec.encode(value, headerRoomBytes);
    this.#measured = encoded;
    return encoded.end - encoded.start - headerRoomBytes;
  }

  /**
   * Adds the item that was measured last.
   * @param bytes its measured size.
   */
  add(value: unknown, bytes: number): void {
    if (this.#measured !== undefined) return this.#addEncoded(this.#measured);
    if (value instanceof Uint8Array) {
      this.#encodeScalars();
      return this.#addBytes(value);
    }
    this.#scalars.push(value);
    this.#scalarBytes += bytes;
  }

  /** Returns a message with only the measured item, valid until the next value is encoded. */
  alone(value: unknown): Uint8Array {
    const encoded = this.#measured;
    if (encoded === undefined) return encodeItems(this.#stream, [value]);
    return headed(encoded.buffer, encoded, { stream: this.#stream, count: 1 });
  }

  /**
   * Removes all items and returns their message, valid until another item is measured or added, in
   * any stream.
   */
  take(): Uint8Array {
    const message =
      this.#encodedCount === 0
        ? encodeItems(this.#stream, this.#scalars)
        : headed(
            this.#buffer,
            { start: 0, end: this.#end },
            { stream: this.#stream, count: this.#encodedCount },
          );
    this.clear();
    return message;
  }

  clear(): void {
    if (this.#scalars.length > 0) this.#scalars = [];
    this.#scalarBytes = 0;
    if (this.#buffer.length === fullBufferBytes && spareBuffers.length < maxSpareBuffers)
      spareBuffers.push(this.#buffer);
    this.#buffer = noBytes;
    this.#end = headerRoomBytes;
    this.#encodedCount = 0;
  }

  /** Encodes all scalars, before an item of another kind. */
  #encodeScalars(): void {
    for (const value of this.#scalars) this.#addEncoded(msgpackCodec.encode(value, headerRoomBytes));
    this.#scalars = [];
    this.#scalarBytes = 0;
  }

  #addBytes(value: Uint8Array): void {
    const { length } = value;
    if (this.#end + length + binHeaderBytes > this.#buffer.length) this.#grow(length + binHeaderBytes);
    const at = writeBinHeader(this.#buffer, this.#end, length);
    this.#buffer.set(value, at);
    this.#end = at + length;
    this.#encodedCount++;
  }

  #addEncoded({ buffer, start, end }: EncodedBytes): void {
    const from = start + headerRoomBytes;
    const length = end - from;
    if (this.#end + length > this.#buffer.length) this.#grow(length);
    const own = this.#buffer;
    const to = this.#end;
    if (length > loopBytes) own.set(buffer.subarray(from, end), to);
    else for (let i = 0; i < length; i++) own[to + i] = buffer[from + i] as number;
    this.#end = to + length;
    this.#encodedCount++;
  }

  /** Makes room for additional bytes. */
  #grow(bytes: number): void {
    const least = Math.max(this.#end + bytes, firstBufferBytes, Math.min(2 * this.#end, fullBufferBytes));
    const spare = least <= fullBufferBytes ? spareBuffers.pop() : undefined;
    const buffer = spare ?? new Uint8Array(least);
    if (this.#encodedCount > 0) buffer.set(this.#buffer.subarray(0, this.#end));
    this.#buffer = buffer;
  }
}

/** Writes the header of a byte string and returns the index after it. */
function writeBinHeader(buffer: Uint8Array, start: number, length: number): number {
  let at = start;
  buffer[at++] = length < 0x100 ? 0xc4 : length < 0x1_0000 ? 0xc5 : 0xc6;
  if (length >= 0x1_0000) {
    buffer[at++] = length >>> 24;
    buffer[at++] = length >>> 16;
  }
  if (length >= 0x100) buffer[at++] = length >>> 8;
  buffer[at++] = length;
  return at;
}

/** Writes the header of a message into the room before its items and returns the message. */
function headed(
  buffer: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
  { stream, count }: { readonly stream: number; readonly count: number },
): Uint8Array {
  const first = start + headerRoomBytes - 2 - uintBytes(stream) - (count < 16 ? 1 : 3);
  buffer[first] = 0x93;
  buffer[first + 1] = itemsFormat.number;
  let at = writeUint(buffer, first + 2, stream);
  if (count < 16) buffer[at] = 0x90 | count;
  else {
    buffer[at++] = 0xdc;
    buffer[at++] = count >>> 8;
    buffer[at] = count & 0xff;
  }
  return buffer.subarray(first, end);
}
