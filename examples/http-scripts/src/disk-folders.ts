import { glob, stat, watch } from "node:fs/promises";
import path from "node:path";
import { callContext, RpcError } from "@crosspane/core";
import type { Folders, Kind } from "./folders.service.js";

/** Folders of this machine's disks. */
export class DiskFolders implements Folders {
  async report(folder: string): Promise<Kind[]> {
    const kinds = new Map<string, Kind>();
    await requireFolder(folder);
    for await (const name of glob("**/*", { cwd: folder })) {
      callContext().signal.throwIfAborted();
      const file = await stat(path.join(folder, name));
      if (!file.isFile()) continue;
      const extension = path.extname(name);
      const kind = kinds.get(extension) ?? { extension, files: 0, bytes: 0, newest: new Date(0) };
      kinds.set(extension, kind);
      kind.files++;
      kind.bytes += file.size;
      if (file.mtime > kind.newest) kind.newest = file.mtime;
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
