/**
 * Longest text that is decoded by these methods. A `TextDecoder` is as fast with a longer one.
 */
const scannedBytes = 256;
/** Longest ASCII text that `fromCharCode` makes faster than a call into the runtime. */
const shortBytes = 12;

/** Methods of Node's `Buffer` that decode a part of any byte array, without a view of that part. */
interface BufferMethods {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
  utf8Slice(this: Uint8Array, start: number, end: number): string;
}

const slices = findSlices();
/** Keeps a byte order mark, which is a part of the text. */
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const { fromCharCode } = String;

/** Decodes UTF-8. Each malformed part becomes U+FFFD, as the Encoding Standard defines it. */
export function decodeText(bytes: Uint8Array, start: number, length: number): string {
  const end = start + length;
  if (length <= scannedBytes) {
    const ascii = isAscii(bytes, start, end);
    if (ascii && length <= shortBytes) return shortAscii(bytes, start, length);
    if (slices !== undefined) return (ascii ? slices.latin1Slice : slices.utf8Slice).call(bytes, start, end);
  }
  return utf8.decode(bytes.subarray(start, end));
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && (bytes[at] as number) < 0x80) at++;
  return at === end;
}

function shortAscii(bytes: Uint8Array, start: number, length: number): string {
  const a = bytes[start] as number;
  const b = bytes[start + 1] as number;
  const c = bytes[start + 2] as number;
  const d = bytes[start + 3] as number;
  if (length < 4) {
    if (length === 3) return fromCharCode(a, b, c);
    if (length === 2) return fromCharCode(a, b);
    return length === 1 ? fromCharCode(a) : "";
  }
  if (length === 4) return fromCharCode(a, b, c, d);
  const e = bytes[start + 4] as number;
  const f = bytes[start + 5] as number;
  const g = bytes[start + 6] as number;
  const h = bytes[start + 7] as number;
  if (length < 8) {
    if (length === 5) return fromCharCode(a, b, c, d, e);
    return length === 6 ? fromCharCode(a, b, c, d, e, f) : fromCharCode(a, b, c, d, e, f, g);
  }
  if (length === 8) return fromCharCode(a, b, c, d, e, f, g, h);
  const i = bytes[start + 8] as number;
  const j = bytes[start + 9] as number;
  const k = bytes[start + 10] as number;
  if (length === 9) return fromCharCode(a, b, c, d, e, f, g, h, i);
  if (length === 10) return fromCharCode(a, b, c, d, e, f, g, h, i, j);
  if (length === 11) return fromCharCode(a, b, c, d, e, f, g, h, i, j, k);
  return fromCharCode(a, b, c, d, e, f, g, h, i, j, k, bytes[start + 11] as number);
}

/** Returns the methods of Node's `Buffer`, or undefined where they do not exist or work. */
function findSlices(): BufferMethods | undefined {
  const { Buffer } = globalThis as { readonly Buffer?: { readonly prototype: BufferMethods } };
  const sample = Uint8Array.of(0x61, 0xc3, 0xa9);
  try {
    const { latin1Slice, utf8Slice } = Buffer!.prototype;
    const works = latin1Slice.call(sample, 0, 1) === "a" && utf8Slice.call(sample, 1, 3) === "\u00e9";
    return works ? { latin1Slice, utf8Slice } : undefined;
  } catch {
    return undefined;
  }
}
