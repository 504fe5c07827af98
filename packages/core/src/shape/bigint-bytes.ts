/**
 * Maximum length of an integer outside of 64 bits, which travels as big-endian two's complement in
 * a `bin`. 4 KiB is 32,768 bits, twice the largest RSA modulus in use. Parsing time grows with the
 * square of the length, so an unbounded integer would stall the reader.
 */
export const maxBigintBytes = 4096;

const minInt64 = -(2n ** 63n);
const maxUint64 = 2n ** 64n - 1n;

/** True if MessagePack's own int64 or uint64 can hold the value. */
export function fits64Bits(value: bigint): boolean {
  return value >= minInt64 && value <= maxUint64;
}

/**
 * Encodes an integer as big-endian two's complement of the shortest length. Returns undefined if
 * that is longer than {@link maxBigintBytes}.
 */
export function bigintToBytes(value: bigint): Uint8Array | undefined {
  // The bits without the sign. Hexadecimal takes linear time, unlike decimal. The limit is checked
  // before any other arithmetic.
  const magnitude = (value < 0n ? -value - 1n : value).toString(16);
  const topBits = 32 - Math.clz32(Number.parseInt(magnitude.charAt(0), 16));
  const length = (((magnitude.length - 1) * 4 + topBits) >> 3) + 1;
  if (length > maxBigintBytes) return undefined;
  const hex = BigInt.asUintN(length * 8, value)
    .toString(16)
    .padStart(length * 2, "0");
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16);
  return bytes;
}

/** Reverses {@link bigintToBytes}. Returns undefined for an empty or too long input. */
export function bigintFromBytes(bytes: Uint8Array): bigint | undefined {
  if (bytes.length === 0 || bytes.length > maxBigintBytes) return undefined;
  let hex = "0x";
  for (const byte of bytes) hex += hexDigits[byte];
  return BigInt.asIntN(bytes.length * 8, BigInt(hex));
}

const hexDigits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
