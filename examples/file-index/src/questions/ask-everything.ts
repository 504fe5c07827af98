import { withOptions } from "@crosspane/transports";
import type { FileIndex } from "../file-index.service.js";
import { askForCutSearches } from "./ask-for-cut-searches.js";
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
} from "./describe.js";
import { type Outcome, timed } from "./outcome.js";
import {
  declarationPattern,
  largeBytes,
  licenseText,
  manifestPattern,
  namedCount,
  questions,
  sliceBytes,
} from "./questions.js";
import { refusal } from "./refusal.js";

/**
 * No question takes this long on a sound server; without a bound a broken one would block forever.
 */
const patienceMs = 60_000;

/** Asks all questions, one after the other. */
export async function askEverything(client: FileIndex): Promise<readonly Outcome[]> {
  const index = withOptions(client, { timeoutMs: patienceMs });
  return [
    ...(await askFromMemory(index)),
    ...(await askForContent(index)),
    ...(await askForTheForbidden(index)),
    ...(await askForCutSearches(index)),
  ];
}

async function askFromMemory(index: FileIndex): Promise<Outcome[]> {
  return [
    await timed(questions.totals, async () => describeTotals(await index.totals())),
    await timed(questions.extensions, async () => describeExtensions(await index.extensions())),
    await timed(questions.largest, async () => describeFiles(await index.largest(namedCount))),
    await timed(questions.manifests, async () => {
      const { count, bytes } = await index.find(manifestPattern, { limit: 0 });
      return describeMatches(count, bytes);
    }),
    await timed(questions.declarations, async () => {
      const { count, bytes } = await index.find(declarationPattern, { minByteCount: largeBytes, limit: 0 });
      return describeMatches(count, bytes);
    }),
  ];
}

async function askForContent(index: FileIndex): Promise<Outcome[]> {
  const text = await timed(questions.text, async () => {
    const { lineCount, fileCount } = await index.search({ text: licenseText, files: manifestPattern });
    return describeLines(lineCount, fileCount);
  });
  const [manifest] = (await index.find(manifestPattern, { limit: 1 })).files;
  const ofManifest = (question: string, ask: (path: string, byteCount: number) => Promise<string>) =>
    timed(question, async () =>
      manifest === undefined ? nothingThere : await ask(manifest.path, manifest.byteCount),
    );
  return [
    text,
    await ofManifest(questions.entry, async (path) => describeEntry(await index.entry(path))),
    await ofManifest(questions.slice, async (path, byteCount) =>
      describeBytes(await index.read(path, Math.floor(byteCount / 2), sliceBytes)),
    ),
    await ofManifest(questions.hash, async (path) => describeHash(await index.hash(path))),
  ];
}

async function askForTheForbidden(index: FileIndex): Promise<Outcome[]> {
  return [
    await timed(questions.wrongPath, () => refusal(index.entry("no/such/file.txt"))),
    await timed(questions.escape, () => refusal(index.read("../../etc/passwd", 0, 16))),
    await timed(questions.absolute, () => refusal(index.read("C:\\secret.txt", 0, 16))),
  ];
}
