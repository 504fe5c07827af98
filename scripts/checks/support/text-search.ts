import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Finding } from "../check.ts";

export interface Pattern {
  /** Global, so that every place is found. */
  readonly pattern: RegExp;
  readonly message: (found: string) => string;
}

/** Finds the patterns in the files, line by line. */
export async function searchText(
  root: string,
  files: readonly string[],
  patterns: readonly Pattern[],
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const file of files) {
    const text = await readFile(path.join(root, file), "utf8");
    if (text.includes("\0")) continue;
    for (const [index, line] of text.split("\n").entries()) {
      for (const { pattern, message } of patterns) {
        for (const [found] of line.matchAll(pattern)) {
          findings.push({ file, line: index + 1, message: message(found.trim()) });
        }
      }
    }
  }
  return findings;
}
