// Paths in this contract are relative to the indexed folder, with forward slashes on every system;
// "." is the folder itself.

/** An ordinary file. */
export interface FileEntry {
  readonly kind: "file";
  readonly path: string;
  readonly byteCount: number;
  readonly modified: Date;
}

export interface FolderEntry {
  readonly kind: "folder";
  readonly path: string;
  /** Names directly in the folder. */
  readonly nameCount: number;
}

/** A symbolic link or a junction. It is listed and never followed, so nothing is counted twice. */
export interface LinkEntry {
  readonly kind: "link";
  readonly path: string;
}

export type Entry = FileEntry | FolderEntry | LinkEntry;

export interface Totals {
  readonly files: number;
  /** The indexed folder itself is not counted. */
  readonly folders: number;
  readonly links: number;
  /** Entries that could not be read, and those that are neither file, folder nor link. */
  readonly skipped: number;
  /** Bytes of all files. */
  readonly bytes: bigint;
  /** When the index was made; it does not follow later changes. */
  readonly indexedAt: Date;
}

export interface ExtensionTotals {
  readonly files: number;
  readonly bytes: bigint;
}

export interface FindOptions {
  /** Only files of at least this size. */
  readonly minByteCount?: number;
  /** Only files changed after this time. */
  readonly modifiedAfter?: Date;
  /** Maximum of matches to return; 100 by default. */
  readonly limit?: number;
}

export interface Matches {
  /** All matches, returned or not. */
  readonly count: number;
  readonly bytes: bigint;
  /** The first matches, by path. */
  readonly files: readonly FileEntry[];
}

export interface TextQuery {
  readonly text: string;
  readonly ignoreCase?: boolean;
  /** A pattern of the files to search, as in `find`; all of them by default. */
  readonly files?: string;
  /** Maximum of hits to return; 100 by default. */
  readonly limit?: number;
}

/** One line that contains the text. */
export interface Hit {
  readonly path: string;
  /** Counted from 1. */
  readonly lineNumber: number;
  /** The line, cut if it is very long. */
  readonly line: string;
}

export interface SearchResult {
  /** Number of lines that contain the text, returned or not. */
  readonly lineCount: number;
  /** Number of files with such a line. */
  readonly fileCount: number;
  /** The first hits, by path and line. */
  readonly hits: readonly Hit[];
}

/** The progress of a search. */
export interface SearchProgress {
  readonly text: string;
  readonly filesSearched: number;
  readonly filesToSearch: number;
}

/** The outcome of a search. */
export type SearchReport =
  | { readonly state: "running"; readonly progress: SearchProgress }
  | { readonly state: "finished"; readonly progress: SearchProgress; readonly lineCount: number }
  | {
      readonly state: "stopped";
      readonly progress: SearchProgress;
      /** The reason of an early end: `cancelled`, `deadlineExceeded`, or the failure. */
      readonly reason: string;
    };

/**
 * A folder with everything below it, as it was when the index was made.
 *
 * A path that leads out of the folder is refused with `permissionDenied`, one that is not in the
 * index with `notFound`.
 * @service example.FileIndex
 */
export interface FileIndex {
  totals(): Promise<Totals>;

  /** Returns totals by extension in lower case, as ".js"; files without one are under "". */
  extensions(): Promise<Map<string, ExtensionTotals>>;

  /** Returns the largest files, largest first; 10 by default. */
  largest(count?: number): Promise<readonly FileEntry[]>;

  /**
   * Returns files whose path matches a pattern: `*` is any part of a name, `**` as a whole part any
   * number of folders.
   */
  find(pattern: string, options?: FindOptions): Promise<Matches>;

  /** Returns the entry at a path. */
  entry(path: string): Promise<Entry>;

  /**
   * Returns a slice of a file's current bytes; shorter at the end of the file.
   * @throws {RpcError} `outOfRange` for an offset behind the end or more than 4 MiB at once.
   */
  read(path: string, offset: number, byteCount: number): Promise<Uint8Array>;

  /** Returns the SHA-256 of a file's current content, in hexadecimal. */
  hash(path: string): Promise<string>;

  /**
   * Searches all text files for a text. It stops reading when the caller cancels or its deadline
   * passes.
   */
  search(query: TextQuery): Promise<SearchResult>;

  /** Returns the latest searches of all callers, newest first. */
  searches(): Promise<readonly SearchReport[]>;
}
