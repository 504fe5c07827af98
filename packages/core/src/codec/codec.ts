/** Converts plain data (the result of the shapes' `convert`) to the bytes of one value and back. */
export interface Codec {
  /**
   * Encodes one value.
   * @param reserveBytes is the number of free bytes to leave before it, at most 32, for a header.
   * @returns the range of the free bytes and the value. Valid until the next call of `encode`.
   */
  encode(value: unknown, reserveBytes: number): EncodedBytes;
  /**
   * Decodes the value from `start` to `end`, or to the end of the bytes. The bytes must have passed
   * the structure guard. The result shares no memory with them.
   * @throws if they are not a valid value.
   */
  decode(bytes: Uint8Array, start: number, end?: number): unknown;
  /**
   * Decodes the value that fills the bytes as {@link decode} does, but the byte strings in the
   * result are views of them.
   * @throws if they are not a valid value.
   */
  decodeSharing(bytes: Uint8Array): unknown;
  /**
   * Decodes the value at `start`, which others may follow. The result shares no memory with the
   * bytes.
   * @returns the value, and the index after it.
   * @throws if it is not a valid value.
   */
  decodeNext(bytes: Uint8Array, start: number): { readonly value: unknown; readonly end: number };
}

/** A range of a larger buffer. */
export interface EncodedBytes {
  readonly buffer: Uint8Array;
  /** Index of the first free byte. */
  readonly start: number;
  /** Index after the value's last byte. */
  readonly end: number;
}
