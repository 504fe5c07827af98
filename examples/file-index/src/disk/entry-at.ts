import { realpath } from "node:fs/promises";
import { isAbsolute, join, posix, relative, sep } from "node:path";
import { RpcError } from "@crosspane/core";
import type { Entry, FileEntry } from "../file-index.service.js";
import type { Tree } from "./walk-tree.js";

/**
 * Returns the entry at a path that a caller names. Only indexed entries can be found, so no
 * spelling reaches anything else.
 * @throws {RpcError} `permissionDenied` for a path that leads out of the tree, `notFound` for one
 * that is not in it
 */
export function entryAt({ entries }: Tree, path: string): Entry {
  const entry = entries.get(path) ?? entries.get(posix.join(path).replace(/\/$/, ""));
  if (entry !== undefined) return entry;
  if (leadsOut(path)) {
    throw new RpcError("permissionDenied", `${quoted(path)} leads out of the folder`, { details: { path } });
  }
  throw new RpcError("notFound", `there is no ${quoted(path)} in the folder`, { details: { path } });
}

/**
 * Returns the file at a path that a caller names.
 * @throws {RpcError} as {@link entryAt} does, and `failedPrecondition` for a folder or a link
 */
export function fileAt(tree: Tree, path: string): FileEntry {
  const entry = entryAt(tree, path);
  if (entry.kind === "file") return entry;
  throw new RpcError("failedPrecondition", `${quoted(path)} is a ${entry.kind}, not a file`, {
    details: { path },
  });
}

/**
 * Returns the path to read an indexed file from. The disk may have changed since the index was
 * made.
 * @throws {RpcError} `permissionDenied` if a link that leads out of the tree has replaced part of
 * the path
 */
export async function pathOnDisk({ root }: Tree, { path }: FileEntry): Promise<string> {
  const real = await realpath(join(root, path));
  const inside = relative(root, real);
  if (inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    throw new RpcError("permissionDenied", `${quoted(path)} leads out of the folder by a link`, {
      details: { path },
    });
  }
  return real;
}

/** Accepts the syntax of Windows as well as of Unix, on either. */
function leadsOut(path: string): boolean {
  const slashed = path.replaceAll("\\", "/");
  return /^(?:\/|[a-z]:)/i.test(slashed) || /^\.\.(?:\/|$)/.test(posix.normalize(slashed));
}

function quoted(path: string): string {
  return JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path);
}
