import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";

const BLOCK = 512;
const packed = new Map<string, Promise<Buffer>>();

/** Packs an installed package as a registry has it, once per run. */
export function packFolder(folder: string): Promise<Buffer> {
  const known = packed.get(folder) ?? pack(folder);
  packed.set(folder, known);
  return known;
}

async function pack(folder: string): Promise<Buffer> {
  const args = ["-cf", "-", "--exclude=node_modules", "-C", path.dirname(folder), path.basename(folder)];
  const { stdout } = await promisify(execFile)("tar", args, { encoding: "buffer", maxBuffer: 1 << 28 });
  return gzipSync(stdout, { level: 1 });
}

/**
 * Returns the `package.json` of a packed package.
 * @throws {Error} if there is none
 */
export function readPackedManifest(tarball: Buffer): unknown {
  const tar = gunzipSync(tarball);
  // Each file is a block with its name and its size in octal digits, and blocks with its content.
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const name = textAt(tar, at, 100);
    const size = Number.parseInt(textAt(tar, at + 124, 12), 8) || 0;
    const start = at + BLOCK;
    if (name === "package/package.json") return JSON.parse(tar.toString("utf8", start, start + size));
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  throw new Error("the tarball has no package/package.json");
}

function textAt(tar: Buffer, start: number, length: number): string {
  return tar
    .toString("latin1", start, start + length)
    .replace(/\0.*$/s, "")
    .trim();
}
