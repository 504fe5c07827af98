import { callContext, RpcError } from "@crosspane/core";
import type {
  Entry,
  ExtensionTotals,
  FileEntry,
  FileIndex,
  FindOptions,
  Matches,
  SearchReport,
  SearchResult,
  TextQuery,
  Totals,
} from "../file-index.service.js";
import { entryAt, fileAt, pathOnDisk } from "./entry-at.js";
import { hashFile, readSlice } from "./file-content.js";
import { SearchLog } from "./search-log.js";
import { searchText } from "./search-text.js";
import { TreeIndex } from "./tree-index.js";
import type { Tree } from "./walk-tree.js";

const maxReturned = 1000;
const maxTextChars = 1000;

/** The service over a tree on disk: metadata from memory, contents from the disk. */
export class DiskFileIndex implements FileIndex {
  readonly #tree: Tree;
  readonly #index: TreeIndex;
  readonly #searches = new SearchLog();

  constructor(tree: Tree) {
    this.#tree = tree;
    this.#index = new TreeIndex(tree);
  }

  async totals(): Promise<Totals> {
    return this.#index.totals;
  }

  async extensions(): Promise<Map<string, ExtensionTotals>> {
    return this.#index.extensions;
  }

  async largest(count = 10): Promise<readonly FileEntry[]> {
    return this.#index.largest(checkedLimit(count));
  }

  async find(pattern: string, options: FindOptions = {}): Promise<Matches> {
    return this.#index.find(pattern, options, checkedLimit(options.limit ?? 100));
  }

  async entry(path: string): Promise<Entry> {
    return entryAt(this.#tree, path);
  }

  async read(path: string, offset: number, byteCount: number): Promise<Uint8Array> {
    return await readSlice(await this.#locate(path), offset, byteCount);
  }

  async hash(path: string): Promise<string> {
    const { signal } = callContext();
    return await hashFile(await this.#locate(path), signal);
  }

  async search(query: TextQuery): Promise<SearchResult> {
    const { signal } = callContext();
    if (query.text === "" || query.text.length > maxTextChars || query.text.includes("\n")) {
      throw new RpcError(
        "invalidArgument",
        `text has from 1 to ${maxTextChars} characters and no line break`,
      );
    }
    const limit = checkedLimit(query.limit ?? 100);
    const files = query.files === undefined ? this.#index.files : this.#index.matching(query.files);
    return await this.#searches.follow(query.text, files.length, (onFile) =>
      searchText({ tree: this.#tree, files }, query, { limit, signal, onFile }),
    );
  }

  async searches(): Promise<readonly SearchReport[]> {
    return this.#searches.reports();
  }

  #locate(path: string): Promise<string> {
    return pathOnDisk(this.#tree, fileAt(this.#tree, path));
  }
}

function checkedLimit(count: number): number {
  if (Number.isInteger(count) && count >= 0 && count <= maxReturned) return count;
  throw new RpcError("outOfRange", `at most ${maxReturned} can be returned, not ${count}`);
}
