import { type FileHandle, open } from "node:fs/promises";

const tailBytes = 2_000;

/** Returns the end of a text file, at most from byte `from` on; empty if there is none. */
export async function textTail(path: string, from = 0): Promise<string> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    const { size } = await file.stat();
    const start = Math.max(from, size - tailBytes);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(tailBytes), position: start });
    const text = buffer.toString("utf8", 0, bytesRead).trim();
    return start > from ? `…${text}` : text;
  } catch {
    return "";
  } finally {
    await file?.close();
  }
}
