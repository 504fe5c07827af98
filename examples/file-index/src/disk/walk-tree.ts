import { lstat, readdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import type { Entry, FileEntry } from "../file-index.service.js";
import { forEachConcurrently } from "./for-each-concurrently.js";

/** A folder and everything below it. */
export interface Tree {
  /** The real path of the folder. */
  readonly root: string;
  /** Entries by path, in the order of paths. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** Entries that could not be read, and those that are neither file, folder nor link. */
  readonly skipped: number;
}

/**
 * More than the four threads that Node reads files with, so that none of them waits for the event
 * loop.
 */
const concurrency = 32;

/**
 * Reads a folder, level by level. Entries that vanish meanwhile or are closed to this user are
 * skipped.
 */
export async function walkTree(directory: string): Promise<Tree> {
  const walk = new Walk(await realpath(directory));
  for (let level = ["."]; level.length > 0; ) level = await walk.readLevel(level);
  return walk.finish();
}

class Walk {
  readonly #root: string;
  readonly #entries: Entry[] = [];
  #skipped = 0;

  constructor(root: string) {
    this.#root = root;
  }

  /** Resolves to the folders of the next level. */
  async readLevel(folders: readonly string[]): Promise<string[]> {
    const files: string[] = [];
    const next: string[] = [];
    await forEachConcurrently(folders, concurrency, async (folder) => {
      if (await this.#isLink(folder)) {
        this.#entries.push({ kind: "link", path: folder });
        return;
      }
      const found = await this.#orSkip(readdir(join(this.#root, folder), { withFileTypes: true }));
      this.#entries.push({ kind: "folder", path: folder, nameCount: found?.length ?? 0 });
      for (const dirent of found ?? []) {
        const path = folder === "." ? dirent.name : `${folder}/${dirent.name}`;
        if (dirent.isFile()) files.push(path);
        else if (dirent.isDirectory()) next.push(path);
        else if (dirent.isSymbolicLink()) this.#entries.push({ kind: "link", path });
        else this.#skipped += 1;
      }
    });
    await forEachConcurrently(files, concurrency, async (path) => {
      const file = await this.#orSkip(this.#readFile(path));
      if (file !== undefined) this.#entries.push(file);
    });
    return next;
  }

  finish(): Tree {
    const sorted = this.#entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    return {
      root: this.#root,
      entries: new Map(sorted.map((entry) => [entry.path, entry])),
      skipped: this.#skipped,
    };
  }

  /**
   * Some systems show a link as the folder that it leads to. Following one to a parent folder would
   * never end.
   */
  async #isLink(folder: string): Promise<boolean> {
    const path = join(this.#root, folder);
    return (await realpath(path).catch(() => path)) !== path;
  }

  async #readFile(path: string): Promise<FileEntry> {
    const { size, mtime } = await lstat(join(this.#root, path));
    return { kind: "file", path, byteCount: size, modified: mtime };
  }

  async #orSkip<T>(reading: Promise<T>): Promise<T | undefined> {
    try {
      return await reading;
    } catch {
      this.#skipped += 1;
      return undefined;
    }
  }
}
