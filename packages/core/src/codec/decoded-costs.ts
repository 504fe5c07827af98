import { textKind } from "./utf8.js";

/**
 * Estimates of what each kind of value costs once it is decoded, in bytes. A kind that takes the decoder more time than memory counts
 * as the memory that would take as long to fill (about 0.5 GB/s here), so that one limit bounds both. The tests of the structure guard have what
 * passes the default limit and what does not.
 */
export const decodedCosts = {
  /** A place in an array, with a number, a boolean or nil in it. */
  item: 16,
  array: 64,
  map: 80,
  /** A key that earlier maps of the message had at the same place, with its place in the object. */
  knownKey: 40,
  /** A key that leads to a new layout of objects, or into a hash table. */
  newKey: 704,
  string: 32,
  bytes: 368,
  date: 208,
  /** A 64-bit integer: a bigint, or a number that was one for a moment. */
  int64: 240,
  undefined: 48,
} as const;

/** Strings up to this length are decoded in JavaScript, longer ones by the runtime's `TextDecoder`. */
export const shortStringBytes = 64;

/** Estimates what the bytes of a string cost. Text that is not ASCII takes up to twice the room, and malformed text or short text takes longer. */
export function textCost(bytes: Uint8Array, start: number, length: number): number {
  const kind = textKind(bytes, start, start + length);
  if (length <= shortStringBytes) {
    if (kind !== "ascii") return 8 * length;
    return length <= shortStringBytes / 2 ? 4 * length : 6 * length;
  }
  if (kind === "ascii") return 64 + length;
  return 64 + (kind === "utf8" ? 2 : 8) * length;
}
