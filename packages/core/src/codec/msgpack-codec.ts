import {
  addExtension,
  Packr,
  RESERVE_START_SPACE,
  RESET_BUFFER_MODE,
  REUSE_BUFFER_MODE,
} from "msgpackr/pack";
import type { Codec, EncodedBytes } from "./codec.js";
import { Decoder } from "./decoder.js";
import { NegativeZero } from "./negative-zero.js";

/**
 * msgpackr keeps its buffer for ever. A buffer that a large message has grown beyond this is
 * released.
 */
const keptBufferBytes = 1024 * 1024;
const freshBufferBytes = 64 * 1024;

/**
 * Options for plain MessagePack: no records, no shared structures, no class instances, no msgpackr
 * extensions.
 */
const plain = {
  useRecords: false,
  structuredClone: false,
  moreTypes: false,
  bundleStrings: false,
  mapsAsObjects: true,
  variableMapSize: true,
  useToJSON: false,
} as const;

const packr = new Packr(plain);
const decoder = new Decoder();

/**
 * Writes a plain float 64, not an extension. Only an extension gives access to msgpackr's buffer
 * without its own choice of a number's format.
 */
addExtension({
  Class: NegativeZero,
  // An extension must have a type. No byte from a peer matches this one.
  type: "negative zero" as unknown as number,
  pack(_value: NegativeZero, allocate: (bytes: number) => EncoderBuffer): undefined {
    const { target, position } = allocate(float64.length);
    target.set(float64, position);
  },
} as unknown as Parameters<typeof addExtension>[0]);

const float64 = Uint8Array.of(0xcb, 0x80, 0, 0, 0, 0, 0, 0, 0);

/** The codec: msgpackr encodes, {@link Decoder} decodes. No other module uses msgpackr. */
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
    const value = decoder.decode(bytes, start, false);
    if (decoder.position !== end)
      throw new Error(`the value ends at ${decoder.position}, its bytes at ${end}`);
    return value;
  },

  decodeSharing: (bytes) => decoder.decode(bytes, 0, true),

  decodeNext(bytes, start) {
    const value = decoder.decode(bytes, start, false);
    return { value, end: decoder.position };
  },
};

/** The part of its buffer that msgpackr gives to an extension. */
interface EncoderBuffer {
  readonly target: Uint8Array;
  readonly position: number;
}

/** Properties that msgpackr sets on the buffer that it returns in its reuse mode. */
interface EncodedRange {
  readonly start: number;
  readonly end: number;
}

/**
 * If Node's Buffer exists, msgpackr writes strings by its methods, which a plain array does not
 * have.
 */
function allocate(size: number): Uint8Array {
  const { Buffer } = globalThis as { readonly Buffer?: { allocUnsafeSlow(size: number): Uint8Array } };
  return Buffer === undefined ? new Uint8Array(size) : Buffer.allocUnsafeSlow(size);
}
