import { textKind } from "./utf8.js";

/**
 * Estimated costs of each kind of value once it is decoded, in bytes. A kind that takes more
 * decoding time than its memory suggests counts as the memory that takes as long to fill (about 0.5
 * GB/s), so that one limit bounds both. The tests of the structure guard list what passes the
 * default limit and what does not.
 */
export const decodedCosts = {
  /** An entry of an array: a number, a boolean or nil. */
  item: 16,
  array: 64,
  map: 80,
  /**
   * A key that earlier maps of the message had at the same position, with its slot in the object.
   */
  knownKey: 40,
  /**
   * Added for each key after the fourth. Engines reserve room for four properties in an object and
   * copy the rest whenever they make room for more.
   */
  laterKey: 12,
  /** A key that leads to a new layout of objects, or into a hash table. */
  newKey: 704,
  string: 32,
  bytes: 368,
  date: 208,
  /** A 64-bit integer: a bigint, or a number that was one temporarily. */
  int64: 240,
  undefined: 48,
} as const;

/** Longer malformed text takes less time for each byte. */
const shortBytes = 64;

/**
 * Estimates the cost of the bytes of a string. Text that is not ASCII takes up to twice the memory;
 * malformed text takes longer.
 */
export function textCost(bytes: Uint8Array, start: number, length: number): number {
  const kind = textKind(bytes, start, start + length);
  if (kind === "ascii") return Math.min(4 * length, 64 + length);
  if (length <= shortBytes) return 8 * length;
  return 64 + (kind === "utf8" ? 2 : 8) * length;
}
