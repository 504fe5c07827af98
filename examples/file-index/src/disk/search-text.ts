import type { FileEntry, Hit, SearchResult, TextQuery } from "../file-index.service.js";
import { pathOnDisk } from "./entry-at.js";
import { readText } from "./file-content.js";
import { FirstHits } from "./first-hits.js";
import { forEachConcurrently } from "./for-each-concurrently.js";
import type { Tree } from "./walk-tree.js";

const concurrency = 16;
const maxLineChars = 200;

export interface SearchOptions {
  /** Maximum of hits to return. */
  readonly limit: number;
  /** Ends the search with its reason; no further file is started. */
  readonly signal: AbortSignal;
  /** Called after each file. */
  readonly onFile: () => void;
}

/** Files of a tree in which to search. */
export interface SearchedFiles {
  readonly tree: Tree;
  readonly files: readonly FileEntry[];
}

/** Searches files of a tree for a text. Files that are binary or have vanished are skipped. */
export async function searchText(
  { tree, files }: SearchedFiles,
  { text, ignoreCase = false }: TextQuery,
  { limit, signal, onFile }: SearchOptions,
): Promise<SearchResult> {
  const isInBytes = ignoreCase ? () => true : containsBytes(text);
  const isInLine = ignoreCase ? containsIgnoringCase(text) : (line: string) => line.includes(text);
  const hits = new FirstHits(limit);
  let lineCount = 0;
  let fileCount = 0;

  await forEachConcurrently(files, concurrency, async (file) => {
    signal.throwIfAborted();
    const bytes = await readIfText(tree, file);
    if (bytes !== undefined && isInBytes(bytes)) {
      const found = hitsIn(file.path, bytes.toString(), isInLine);
      lineCount += found.length;
      fileCount += found.length > 0 ? 1 : 0;
      hits.add(found);
    }
    onFile();
  });
  return { lineCount, fileCount, hits: hits.sorted() };
}

async function readIfText(tree: Tree, file: FileEntry): Promise<Buffer | undefined> {
  if (file.byteCount === 0) return undefined;
  try {
    return await readText(await pathOnDisk(tree, file), file.byteCount);
  } catch {
    return undefined;
  }
}

function hitsIn(path: string, text: string, isInLine: (line: string) => boolean): Hit[] {
  const hits: Hit[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (isInLine(line)) hits.push({ path, lineNumber: index + 1, line: cut(line) });
  }
  return hits;
}

function containsBytes(text: string): (bytes: Buffer) => boolean {
  const wanted = Buffer.from(text);
  return (bytes) => bytes.includes(wanted);
}

function containsIgnoringCase(text: string): (line: string) => boolean {
  const wanted = text.toLowerCase();
  return (line) => line.toLowerCase().includes(wanted);
}

function cut(line: string): string {
  return line.length > maxLineChars ? `${line.slice(0, maxLineChars - 1)}…`.toWellFormed() : line;
}
