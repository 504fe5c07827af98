import { type FSWatcher, watch } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import type { FileChange } from "../monitor.service.js";

export type Change = Pick<FileChange, "kind" | "path" | "byteCount">;

interface Known {
  readonly byteCount: number;
  readonly modifiedMs: number;
}

/** Milliseconds between scans without notice: not every file system reports changes. */
const lookMs = 1_000;

/**
 * Reports each file that is added, changed or removed. The system's notices only trigger a scan:
 * they are too many, too few or repeated, differently on each system. Changes are the difference to
 * the last scan.
 */
export class FolderWatch implements AsyncDisposable {
  readonly #folder: string;
  readonly #onChange: (change: Change) => void;
  #files = new Map<string, Known>();
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #again = false;
  #isOver = false;

  private constructor(folder: string, onChange: (change: Change) => void) {
    this.#folder = folder;
    this.#onChange = onChange;
  }

  /** Resolves when the first scan is done; `onChange` gets the changes from then on. */
  static async start(folder: string, onChange: (change: Change) => void): Promise<FolderWatch> {
    const started = new FolderWatch(folder, onChange);
    started.#files = await started.#list();
    started.#watcher = watch(folder, { recursive: true, persistent: false }, () => void started.look());
    started.#watcher.on("error", () => started.#watcher?.close());
    started.#timer = setInterval(() => void started.look(), lookMs);
    return started;
  }

  get fileCount(): number {
    return this.#files.size;
  }

  get byteCount(): number {
    let sum = 0;
    for (const { byteCount } of this.#files.values()) sum += byteCount;
    return sum;
  }

  /** Scans now, or once more if a scan is running. */
  look(): Promise<void> {
    this.#again = this.#looking !== undefined;
    this.#looking ??= this.#lookUntilDone().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    clearInterval(this.#timer);
    this.#watcher?.close();
    await this.#looking;
  }

  async #lookUntilDone(): Promise<void> {
    do {
      this.#again = false;
      // A folder that is missing for a moment has no files.
      const found = await this.#list().catch(() => new Map<string, Known>());
      if (this.#isOver) return;
      this.#tellDifference(found);
    } while (this.#again);
  }

  #tellDifference(found: Map<string, Known>): void {
    const before = this.#files;
    this.#files = found;
    for (const [path, { byteCount, modifiedMs }] of found) {
      const known = before.get(path);
      if (known === undefined) this.#onChange({ kind: "added", path, byteCount });
      else if (known.byteCount !== byteCount || known.modifiedMs !== modifiedMs) {
        this.#onChange({ kind: "changed", path, byteCount });
      }
    }
    for (const [path, { byteCount }] of before) {
      if (!found.has(path)) this.#onChange({ kind: "removed", path, byteCount });
    }
  }

  async #list(): Promise<Map<string, Known>> {
    const files = new Map<string, Known>();
    for (const entry of await readdir(this.#folder, { withFileTypes: true, recursive: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      // It may have been removed since.
      const found = await stat(file).catch(() => undefined);
      if (found === undefined) continue;
      const path = relative(this.#folder, file).replaceAll("\\", "/");
      files.set(path, { byteCount: found.size, modifiedMs: found.mtimeMs });
    }
    return files;
  }
}
