import { msgpackCodec } from "../codec/msgpack-codec.js";
import { uintBytes, writeUint } from "./write-uint.js";

// The functions return the bytes of one message, valid until the next message is encoded. A
// connection copies the bytes before `send` returns, so nothing is copied here.

/** The first byte of an array of at most 15 elements, without the count. */
export const fixarray = 0x90;

/** Room for the longest header: array byte, kind, and three unsigned integers of up to 5 bytes. */
export const headerRoomBytes = 17;

/** A value that is encoded once, for several messages. */
export class EncodedValue {
  /** The value, after room for the header of a message. */
  readonly bytes: Uint8Array;

  constructor(value: unknown) {
    const { buffer, start, end } = msgpackCodec.encode(value, headerRoomBytes);
    this.bytes = new Uint8Array(buffer.subarray(start, end));
  }
}

/** Encodes a message of a kind, an id and a value. */
export function encodeValue(kind: number, id: number, value: unknown): Uint8Array {
  const encoded = msgpackCodec.encode(value, headerRoomBytes);
  const { buffer } = encoded;
  const start = encoded.start + headerRoomBytes - 2 - uintBytes(id);
  buffer[start] = fixarray | 3;
  buffer[start + 1] = kind;
  writeUint(buffer, start + 2, id);
  return buffer.subarray(start, encoded.end);
}

/** Encodes a message from all of its fields. */
export function encodeWhole(fields: readonly unknown[]): Uint8Array {
  const { buffer, start, end } = msgpackCodec.encode(fields, 0);
  return buffer.subarray(start, end);
}
