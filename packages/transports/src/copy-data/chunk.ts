import type { Hwnd } from "../win32/types.js";
import {
  header,
  headerBytes,
  introduction,
  introductionBytes,
  type Kind,
  keyBytes,
  kinds,
  maxRefusalTextBytes,
  refusal,
} from "./copy-data-layout.js";
import { maxChunkBytes } from "./copy-data-limits.js";

/** One parsed message of the protocol. */
export interface Chunk {
  /** The receiver's key, as hexadecimal text. */
  readonly key: string;
  readonly sequence: number;
  readonly kind: Kind;
  /** A view of the parsed bytes. */
  readonly payload: Buffer;
}

/** The window that a side receives at, and the key that it expects. */
export interface Introduction {
  readonly window: Hwnd;
  readonly key: Buffer;
}

/** Destination of a chunk: the receiver's key, and the number of the chunk. */
export interface ChunkAddress {
  readonly key: Uint8Array;
  readonly sequence: number;
}

const broadcast = 0xffffn;
const lastWindow = 0xffff_fff0n;

const nobody = new Uint8Array(keyBytes);

/** Limit of the payload of one chunk. */
export const maxPayloadBytes = maxChunkBytes - headerBytes;

/** Creates a chunk with room for its payload, which the caller fills in. */
export function encodeChunk(kind: Kind, to: ChunkAddress, payloadBytes: number): Buffer {
  // Zeroed, and not from Node's pool: all of it is shown to another process.
  const bytes = Buffer.alloc(headerBytes + payloadBytes);
  bytes.set(to.key, header.key);
  bytes.writeUInt32LE(to.sequence, header.sequence);
  bytes[header.kind] = kind;
  return bytes;
}

/**
 * Creates the first chunk of a direction: `open` of the client, which has no receiver's key yet, or
 * `accept` of the server.
 */
export function encodeIntroduction(from: Introduction, toKey: Uint8Array = nobody): Buffer {
  const kind = toKey === nobody ? kinds.open : kinds.accept;
  const bytes = encodeChunk(kind, { key: toKey, sequence: 0 }, introductionBytes);
  bytes.writeBigUInt64LE(BigInt(from.window), headerBytes + introduction.window);
  bytes.set(from.key, headerBytes + introduction.key);
  return bytes;
}

export function encodeRefusal(code: number, text: string, toKey: Uint8Array): Buffer {
  const cut = Buffer.from(text).subarray(0, maxRefusalTextBytes);
  const bytes = encodeChunk(kinds.refuse, { key: toKey, sequence: 0 }, refusal.text + cut.length);
  bytes[headerBytes + refusal.code] = code;
  bytes.set(cut, headerBytes + refusal.text);
  return bytes;
}

/**
 * Parses a chunk; returns undefined for anything else. Never reads beyond the bytes, whatever
 * lengths they claim.
 */
export function parseChunk(bytes: Buffer): Chunk | undefined {
  if (bytes.length < headerBytes || bytes.length > maxChunkBytes) return undefined;
  const kind = bytes[header.kind] as Kind;
  const isKnown = kind >= kinds.open && kind <= kinds.ready;
  if (!isKnown || bytes.readUIntLE(header.reserved, 3) !== 0) return undefined;
  const payload = bytes.subarray(headerBytes);
  if (!hasRightLength(kind, payload.length)) return undefined;
  return {
    key: bytes.toString("hex", header.key, header.key + keyBytes),
    sequence: bytes.readUInt32LE(header.sequence),
    kind,
    payload,
  };
}

function hasRightLength(kind: Kind, bytes: number): boolean {
  switch (kind) {
    case kinds.open:
    case kinds.accept:
      return bytes === introductionBytes;
    case kinds.refuse:
      return bytes >= refusal.text && bytes <= refusal.text + maxRefusalTextBytes;
    case kinds.data:
      return bytes > 0;
    case kinds.close:
    case kinds.ready:
      return bytes === 0;
  }
}

/** Parses the payload of an `open` or `accept`; returns undefined if it names an invalid window. */
export function parseIntroduction(payload: Buffer): Introduction | undefined {
  const window = payload.readBigUInt64LE(introduction.window);
  // Handles of windows have 32 significant bits:
  // https://learn.microsoft.com/windows/win32/winprog64/interprocess-communication.
  // The last values and HWND_BROADCAST do not stand for one window: a message to them reaches every
  // program of the desktop.
  if (window === 0n || window === broadcast || window > lastWindow) return undefined;
  const key = Buffer.from(payload.subarray(introduction.key, introduction.key + keyBytes));
  return { window: Number(window) as Hwnd, key };
}

/** Parses the payload of a `refuse`. */
export function parseRefusal(payload: Buffer): { readonly code: number; readonly text: string } {
  return { code: payload[refusal.code] as number, text: payload.toString("utf8", refusal.text) };
}
