import { createHash } from "node:crypto";
import { lstat, readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import {
  describeBytes,
  describeEntry,
  describeExtensions,
  describeFiles,
  describeHash,
  describeLines,
  describeMatches,
  describeTotals,
  nothingThere,
} from "../questions/describe.js";
import { largeBytes, licenseText, namedCount, questions, sliceBytes } from "../questions/questions.js";
import type { Survey, SurveyedFile } from "./survey-folder.js";

/** Returns the answers from the file system itself, by question. */
export async function expectedAnswers(survey: Survey): Promise<ReadonlyMap<string, string>> {
  const { root, files, folders, links } = survey;
  const manifests = files.filter(({ path }) => posix.basename(path) === "package.json");
  const declarations = files.filter(
    ({ path, byteCount }) => path.endsWith(".d.ts") && byteCount >= largeBytes,
  );
  return new Map<string, string>([
    [questions.totals, describeTotals({ files: files.length, folders, links, bytes: bytesOf(files) })],
    [questions.extensions, describeExtensions(countExtensions(files))],
    [questions.largest, describeFiles(largestOf(files))],
    [questions.manifests, describeMatches(manifests.length, bytesOf(manifests))],
    [questions.declarations, describeMatches(declarations.length, bytesOf(declarations))],
    [questions.text, await describeLicenses(root, manifests)],
    ...(await aboutContent(root, manifests[0])),
  ]);
}

async function aboutContent(root: string, file: SurveyedFile | undefined): Promise<[string, string][]> {
  if (file === undefined) {
    return [questions.entry, questions.slice, questions.hash].map((question) => [question, nothingThere]);
  }
  const onDisk = join(root, file.path);
  const bytes = await readFile(onDisk);
  const { mtime } = await lstat(onDisk);
  const middle = Math.floor(bytes.length / 2);
  return [
    [questions.entry, describeEntry({ kind: "file", ...file, modified: mtime })],
    [questions.slice, describeBytes(bytes.subarray(middle, middle + sliceBytes))],
    [questions.hash, describeHash(createHash("sha256").update(bytes).digest("hex"))],
  ];
}

async function describeLicenses(root: string, manifests: readonly SurveyedFile[]): Promise<string> {
  let lineCount = 0;
  let fileCount = 0;
  for (const { path } of manifests) {
    const lines = (await readFile(join(root, path), "utf8")).split("\n");
    const found = lines.filter((line) => line.includes(licenseText)).length;
    lineCount += found;
    fileCount += found > 0 ? 1 : 0;
  }
  return describeLines(lineCount, fileCount);
}

function countExtensions(files: readonly SurveyedFile[]): Map<string, { files: number }> {
  const counts = new Map<string, { files: number }>();
  for (const { path } of files) {
    const extension = posix.extname(path).toLowerCase();
    counts.set(extension, { files: (counts.get(extension)?.files ?? 0) + 1 });
  }
  return counts;
}

function largestOf(files: readonly SurveyedFile[]): readonly SurveyedFile[] {
  return files.toSorted((a, b) => b.byteCount - a.byteCount).slice(0, namedCount);
}

function bytesOf(files: readonly SurveyedFile[]): bigint {
  return files.reduce((sum, { byteCount }) => sum + BigInt(byteCount), 0n);
}
