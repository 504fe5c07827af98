import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { RpcError } from "@crosspane/core";

const maxSliceBytes = 4 * 1024 * 1024;
/** Text of this size is read whole; a larger file is checked for text first. */
const smallFileBytes = 256 * 1024;
const maxTextBytes = 64 * 1024 * 1024;
/** A binary file is recognized by a zero byte within this many bytes, as in Git. */
const probedBytes = 8 * 1024;

/**
 * Returns a slice of a file, shorter at the end of the file.
 * @throws {RpcError} `outOfRange` for an offset behind the end or a slice that is too large
 */
export async function readSlice(file: string, offset: number, byteCount: number): Promise<Uint8Array> {
  if (!Number.isSafeInteger(offset) || offset < 0 || !Number.isInteger(byteCount) || byteCount < 0) {
    throw new RpcError("outOfRange", "offset and byteCount are whole numbers from 0 on");
  }
  if (byteCount > maxSliceBytes) {
    throw new RpcError(
      "outOfRange",
      `${byteCount} bytes are too many at once: read at most ${maxSliceBytes} and then the next`,
    );
  }
  await using handle = await open(file);
  const { size } = await handle.stat();
  if (offset > size) {
    throw new RpcError("outOfRange", `offset ${offset} is behind the end of the file at ${size}`);
  }
  return await readAt(handle, offset, Math.min(byteCount, size - offset));
}

/** Returns the SHA-256 of a file, in hexadecimal. */
export async function hashFile(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash, { signal });
  return hash.digest("hex");
}

/** Returns the bytes of a text file of about this size; undefined if it is binary or enormous. */
export async function readText(file: string, byteCount: number): Promise<Buffer | undefined> {
  if (byteCount > maxTextBytes) return undefined;
  await using handle = await open(file);
  const start = await readAt(handle, 0, byteCount <= smallFileBytes ? byteCount : probedBytes);
  if (start.subarray(0, probedBytes).includes(0)) return undefined;
  if (byteCount <= smallFileBytes) return start;
  return Buffer.concat([start, await readAt(handle, start.length, byteCount - start.length)]);
}

async function readAt(handle: FileHandle, offset: number, byteCount: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(byteCount);
  let length = 0;
  while (length < byteCount) {
    const { bytesRead } = await handle.read(bytes, length, byteCount - length, offset + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}
