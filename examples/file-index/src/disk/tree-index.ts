import { posix } from "node:path";
import type {
  Entry,
  ExtensionTotals,
  FileEntry,
  FindOptions,
  Matches,
  Totals,
} from "../file-index.service.js";
import { createMatcher } from "./create-matcher.js";
import type { Tree } from "./walk-tree.js";

/** Answers questions about a tree from memory. */
export class TreeIndex {
  /** Entries in the order of paths. */
  readonly files: readonly FileEntry[];
  readonly totals: Totals;
  readonly extensions: Map<string, ExtensionTotals>;
  readonly #bySize: readonly FileEntry[];

  constructor({ entries, skipped }: Tree) {
    this.files = [...entries.values()].filter((entry) => entry.kind === "file");
    this.totals = {
      files: this.files.length,
      folders: countOf(entries, "folder") - 1,
      links: countOf(entries, "link"),
      skipped,
      bytes: bytesOf(this.files),
      indexedAt: new Date(),
    };
    this.extensions = totalsByExtension(this.files);
    // The order of paths stays among files of one size.
    this.#bySize = this.files.toSorted((a, b) => b.byteCount - a.byteCount);
  }

  largest(count: number): readonly FileEntry[] {
    return this.#bySize.slice(0, count);
  }

  /** Returns the files whose path matches a pattern. */
  matching(pattern: string): readonly FileEntry[] {
    const matches = createMatcher(pattern);
    return this.files.filter(({ path }) => matches(path));
  }

  find(pattern: string, options: FindOptions, limit: number): Matches {
    const { minByteCount = 0, modifiedAfter } = options;
    const found = this.matching(pattern).filter(
      ({ byteCount, modified }) =>
        byteCount >= minByteCount && (modifiedAfter === undefined || modified > modifiedAfter),
    );
    return { count: found.length, bytes: bytesOf(found), files: found.slice(0, limit) };
  }
}

function countOf(entries: ReadonlyMap<string, Entry>, kind: Entry["kind"]): number {
  return [...entries.values()].filter((entry) => entry.kind === kind).length;
}

function bytesOf(files: readonly FileEntry[]): bigint {
  return files.reduce((sum, { byteCount }) => sum + BigInt(byteCount), 0n);
}

function totalsByExtension(files: readonly FileEntry[]): Map<string, ExtensionTotals> {
  const groups = Map.groupBy(files, ({ path }) => posix.extname(path).toLowerCase());
  return new Map(
    [...groups].map(([extension, group]) => [extension, { files: group.length, bytes: bytesOf(group) }]),
  );
}
