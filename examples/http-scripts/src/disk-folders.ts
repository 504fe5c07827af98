import { opendir, stat, watch } from "node:fs/promises";
import path from "node:path";
import { callContext, RpcError } from "@crosspane/core";
import type { Folders, Kind } from "./folders.service.js";

/** Folders of this machine's disks. */
export class DiskFolders implements Folders {
  async report(folder: string): Promise<Kind[]> {
    const kinds = new Map<string, Kind>();
    await requireFolder(folder);
    for await (const entry of await opendir(folder, { recursive: true })) {
      callContext().signal.throwIfAborted();
      if (!entry.isFile()) continue;
      const { size, mtime } = await stat(path.join(entry.parentPath, entry.name));
      const extension = path.extname(entry.name);
      const kind = kinds.get(extension) ?? { extension, files: 0, bytes: 0, newest: new Date(0) };
      kinds.set(extension, kind);
      kind.files++;
      kind.bytes += size;
      if (mtime > kind.newest) kind.newest = mtime;
    }
    return [...kinds.values()].sort((one, other) => other.bytes - one.bytes);
  }

  async *watch(folder: string): AsyncIterable<string> {
    await requireFolder(folder);
    for await (const { filename } of watch(folder, { signal: callContext().signal })) {
      if (filename !== null) yield filename;
    }
  }
}

async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true) throw new RpcError("notFound", `there is no folder ${folder}`);
}
