import { moveFromAddress, moveToAddress } from "./kernel32.js";
import { uvAsyncBytes, uvUnref } from "./node-exe.js";
import type { Address } from "./types.js";

/** Bits of the flags of a libuv handle: https://github.com/libuv/libuv/blob/v1.x/src/uv-common.h. */
const refFlag = 0x8;
const internalFlag = 0x10;

/** Offset of the flags in a handle, found once; undefined if this libuv stores them differently. */
let flagsOffset: number | undefined | "unknown" = "unknown";

/**
 * Calls `uv_unref`, and takes the handle off the list of those that have to be closed before the
 * loop ends. A terminated worker runs no JavaScript that could close it, and Node ends the whole
 * process if a handle is left. libuv has a flag for internal handles, which it does not expect to
 * be closed. The position of the flags is found by the change that `uv_unref` makes.
 */
export function unrefUnlisted(handle: Address): void {
  const before = words(handle);
  uvUnref(handle);
  if (flagsOffset === "unknown") flagsOffset = findFlags(before, words(handle));
  if (flagsOffset === undefined) return;
  const flags = Buffer.alloc(4);
  moveFromAddress(flags, (handle + flagsOffset) as Address, flags.length);
  flags.writeUInt32LE(flags.readUInt32LE() | internalFlag);
  moveToAddress((handle + flagsOffset) as Address, flags, flags.length);
}

function findFlags(before: Uint32Array, after: Uint32Array): number | undefined {
  const changed = [...before.keys()].filter((i) => before[i] !== after[i]);
  const [index] = changed;
  if (index === undefined || changed.length > 1) return undefined;
  return (before[index] as number) - (after[index] as number) === refFlag ? index * 4 : undefined;
}

function words(handle: Address): Uint32Array {
  const copy = new Uint32Array(uvAsyncBytes >>> 2);
  moveFromAddress(new Uint8Array(copy.buffer), handle, copy.byteLength);
  return copy;
}
