/** Bytes of the shortest form of an unsigned integer. */
export function uintBytes(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x100) return 2;
  return value < 0x1_0000 ? 3 : 5;
}

/** Writes an unsigned integer in its shortest form and returns the index after it. */
export function writeUint(bytes: Uint8Array, at: number, value: number): number {
  if (value < 0x80) {
    bytes[at] = value;
    return at + 1;
  }
  const size = uintBytes(value) - 1;
  bytes[at] = size === 1 ? 0xcc : size === 2 ? 0xcd : 0xce;
  for (let i = size, rest = value; i > 0; i--, rest = Math.floor(rest / 256)) bytes[at + i] = rest & 0xff;
  return at + 1 + size;
}
