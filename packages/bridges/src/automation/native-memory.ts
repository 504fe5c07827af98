import { type Address, moveFromAddress, moveToAddress } from "@crosspane/transports/win32";

/** Reads and writes memory that COM owns, by copies. */

export function readBytes(from: Address, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  if (bytes > 0) moveFromAddress(buffer, from, bytes);
  return buffer;
}

export function writeBytes(to: Address, bytes: Uint8Array): void {
  if (bytes.length > 0) moveToAddress(to, bytes, bytes.length);
}

export function readPointer(from: Address): Address {
  return pointerAt(readBytes(from, pointerBytes), 0);
}

export function writePointer(to: Address, pointer: Address): void {
  const buffer = Buffer.alloc(pointerBytes);
  buffer.writeBigUInt64LE(BigInt(pointer));
  writeBytes(to, buffer);
}

export function writeInt32(to: Address, value: number): void {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32LE(value | 0);
  writeBytes(to, buffer);
}

/** Returns the pointer that bytes hold. */
export function pointerAt(bytes: Buffer, offset: number): Address {
  return Number(bytes.readBigUInt64LE(offset)) as Address;
}

/** Returns the address some bytes further. */
export function at(address: Address, offset: number): Address {
  return (address + offset) as Address;
}

export const pointerBytes = 8;
