import type { Entry, ExtensionTotals, FileEntry, Totals } from "../file-index.service.js";
import { namedCount } from "./questions.js";

/** The text for a tree that has no file to ask about. */
export const nothingThere = "there is none";

const numbers = new Intl.NumberFormat("en-US");

export function describeCount(count: number | bigint, noun: string): string {
  return `${numbers.format(count)} ${noun}${count === 1 || count === 1n ? "" : "s"}`;
}

export function describeTotals({
  files,
  folders,
  links,
  bytes,
}: Omit<Totals, "indexedAt" | "skipped">): string {
  return `${describeCount(files, "file")}, ${describeCount(folders, "folder")}, ${describeCount(links, "link")}\n${describeCount(bytes, "byte")}`;
}

export function describeExtensions(extensions: ReadonlyMap<string, Pick<ExtensionTotals, "files">>): string {
  const frequent = [...extensions]
    .sort(([a, one], [b, other]) => other.files - one.files || (a < b ? -1 : 1))
    .slice(0, namedCount);
  if (frequent.length === 0) return nothingThere;
  return frequent
    .map(([extension, { files }]) => `${extension || "(none)"} ${numbers.format(files)}`)
    .join(", ");
}

export function describeFiles(files: readonly Pick<FileEntry, "path" | "byteCount">[]): string {
  if (files.length === 0) return nothingThere;
  return files
    .map(({ path, byteCount }) => `${describeSize(byteCount).padStart(8)}  ${shortPath(path)}`)
    .join("\n");
}

export function describeMatches(count: number, bytes: bigint): string {
  return `${describeCount(count, "file")}, ${describeCount(bytes, "byte")}`;
}

export function describeEntry(entry: Entry): string {
  switch (entry.kind) {
    case "file": {
      const modified = entry.modified.toISOString();
      return `${shortPath(entry.path)}\n${describeCount(entry.byteCount, "byte")}, ${modified}`;
    }
    case "folder":
      return `${shortPath(entry.path)}\na folder with ${describeCount(entry.nameCount, "name")}`;
    case "link":
      return `${shortPath(entry.path)}\na link`;
  }
}

export function describeBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

export function describeHash(hash: string): string {
  return hash.replace(/.{32}(?=.)/g, "$&\n");
}

export function describeLines(lineCount: number, fileCount: number): string {
  return `${describeCount(lineCount, "line")} in ${describeCount(fileCount, "file")}`;
}

export function describeSize(byteCount: number): string {
  if (byteCount < 1000) return `${byteCount} B`;
  const exponent = Math.min(Math.floor(Math.log10(byteCount) / 3), 4);
  return `${(byteCount / 1000 ** exponent).toFixed(1)} ${"kMGT"[exponent - 1]}B`;
}

/** The end of a path is the most informative part. */
function shortPath(path: string): string {
  return path.length > 28 ? `…${path.slice(-27)}` : path;
}
