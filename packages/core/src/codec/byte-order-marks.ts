/** Position of a string in the bytes of a message. */
export interface StringRange {
  /** Index of its first byte, after its header. */
  readonly start: number;
  readonly length: number;
}

const markBytes = 3;
/** The byte 0xdb and four bytes of length. */
const longestHeaderBytes = 5;

/** True if a string begins with the byte order mark, U+FEFF. */
export function beginsWithMark(bytes: Uint8Array, start: number): boolean {
  return bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;
}

/**
 * Adds a second byte order mark to each of these strings. The decoder gives longer strings to a
 * `TextDecoder`, which removes the first one, so that they are decoded to the text that was sent.
 * @param marked lists the strings that begin with a mark, in order, without those that the decoder
 * leaves alone.
 * @returns a copy of the bytes.
 */
export function doubleMarks(bytes: Uint8Array, marked: readonly StringRange[]): Uint8Array {
  // Every string gets the longest header, whatever it had.
  const copy = new Uint8Array(bytes.length + marked.length * (markBytes + longestHeaderBytes));
  const view = new DataView(copy.buffer);
  let from = 0;
  let to = 0;
  for (const { start, length } of marked) {
    const before = bytes.subarray(from, start - headerBytes(bytes, start, length));
    copy.set(before, to);
    to += before.length;
    view.setUint8(to, 0xdb);
    view.setUint32(to + 1, length + markBytes);
    copy.set(bytes.subarray(start, start + markBytes), to + longestHeaderBytes);
    to += longestHeaderBytes + markBytes;
    from = start;
  }
  const rest = bytes.subarray(from);
  copy.set(rest, to);
  return copy.subarray(0, to + rest.length);
}

/**
 * Returns the length of a string's header. A longer one than needed has a 0 at the place of a
 * shorter one's type.
 */
function headerBytes(bytes: Uint8Array, start: number, length: number): number {
  if (length <= 0xff && bytes[start - 2] === 0xd9) return 2;
  return length <= 0xffff && bytes[start - 3] === 0xda ? 3 : longestHeaderBytes;
}
