import {
  addExtension,
  Packr,
  RESERVE_START_SPACE,
  RESET_BUFFER_MODE,
  REUSE_BUFFER_MODE,
} from "msgpackr/pack";
import { Unpackr } from "msgpackr/unpack";
import type { Codec, EncodedBytes } from "./codec.js";
import { NegativeZero } from "./negative-zero.js";

/** msgpackr keeps its buffer for ever; one that a large message blew up is given back. */
const keptBufferBytes = 1024 * 1024;
const freshBufferBytes = 64 * 1024;

/** Plain MessagePack: no records, no shared structures, no class instances, no msgpackr extensions. */
const plain = {
  useRecords: false,
  structuredClone: false,
  moreTypes: false,
  bundleStrings: false,
  mapsAsObjects: true,
  variableMapSize: true,
  useToJSON: false,
} as const;

/**
 * Small messages are decoded from one array that is kept: msgpackr makes a DataView for each array it is given, which costs more than
 * copying this much.
 */
const scratchBytes = 512;
const scratch = new Uint8Array(scratchBytes);

const packr = new Packr(plain);
// The type of msgpackr 2.1.3 lacks "auto", its source has it: a number where a number is exact, else a bigint.
const numbers = { int64AsType: "auto" as "bigint" };
const unpackr = new Unpackr({ ...plain, ...numbers, copyBuffers: true });
const sharingUnpackr = new Unpackr({ ...plain, ...numbers });

/** The one way into msgpackr's buffer that leads around its choice of a number's format. It writes a plain float 64, no extension. */
addExtension({
  Class: NegativeZero,
  // An extension must have a type. No byte that a peer sends is this one.
  type: "negative zero" as unknown as number,
  pack(_value: NegativeZero, allocate: (bytes: number) => EncoderBuffer): undefined {
    const { target, position } = allocate(float64.length);
    target.set(float64, position);
  },
} as unknown as Parameters<typeof addExtension>[0]);

const float64 = Uint8Array.of(0xcb, 0x80, 0, 0, 0, 0, 0, 0, 0);

/** The one place that uses msgpackr. */
export const msgpackCodec: Codec = {
  encode(value, reserveBytes): EncodedBytes {
    const buffer = packr.pack(
      value,
      REUSE_BUFFER_MODE | RESET_BUFFER_MODE | (reserveBytes > 0 ? RESERVE_START_SPACE | reserveBytes : 0),
    ) as Uint8Array & EncodedRange;
    const encoded = { buffer, start: buffer.start, end: buffer.end };
    if (buffer.length > keptBufferBytes) packr.useBuffer(allocate(freshBufferBytes));
    return encoded;
  },

  decode(bytes, start, end = bytes.length): unknown {
    const length = end - start;
    if (length > scratchBytes) {
      // A plain Uint8Array, so that the bytes inside come out as such and not as Node's Buffer.
      return unpackr.unpack(new Uint8Array(bytes.buffer, bytes.byteOffset + start, length));
    }
    for (let i = 0; i < length; i++) scratch[i] = bytes[start + i] as number;
    return unpackr.unpack(scratch, length);
  },

  decodeSharing: (bytes) => sharingUnpackr.unpack(bytes),

  decodeNext(bytes, start) {
    let next = { value: undefined as unknown, end: start };
    unpackr.unpackMultiple(bytes.subarray(start), (value: unknown, _from?: number, to?: number) => {
      next = { value, end: start + (to as number) };
      return false;
    });
    return next;
  },
};

/** The part of its buffer that msgpackr gives to an extension. */
interface EncoderBuffer {
  readonly target: Uint8Array;
  readonly position: number;
}

/** What msgpackr leaves on the buffer that it returns in its reuse mode. */
interface EncodedRange {
  readonly start: number;
  readonly end: number;
}

/** Where Node's Buffer exists msgpackr writes strings by its methods, and a plain array would fail. */
function allocate(size: number): Uint8Array {
  const { Buffer } = globalThis as { readonly Buffer?: { allocUnsafeSlow(size: number): Uint8Array } };
  return Buffer === undefined ? new Uint8Array(size) : Buffer.allocUnsafeSlow(size);
}
