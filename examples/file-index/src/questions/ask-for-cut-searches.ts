import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { RpcError, withOptions } from "@crosspane/transports";
import type { FileIndex, SearchReport } from "../file-index.service.js";
import { type Answer, type Outcome, timed } from "./outcome.js";
import { questions } from "./questions.js";

/** A search of everything takes longer than this in any tree that is worth an index. */
const shortTimeoutMs = 100;
const pollMs = 5;
const patienceMs = 10_000;

/** Starts searches of all files that end early, and checks how the server ended them. */
export async function askForCutSearches(index: FileIndex): Promise<Outcome[]> {
  const asked = randomUUID();
  return [
    await timed(questions.timeout, () => searchWithTimeout(index, `${asked} a`)),
    await timed(questions.cancel, () => searchAndCancel(index, `${asked} b`)),
    await timed(questions.afterwards, async () => {
      const reports = await index.searches();
      const ours = reports.filter(({ progress }) => progress.text.startsWith(asked));
      const running = ours.filter(({ state }) => state === "running");
      return running.length === 0 ? "none" : `${running.length} of ${ours.length}`;
    }),
  ];
}

async function searchWithTimeout(index: FileIndex, text: string): Promise<Answer> {
  const hurried = withOptions(index, { timeoutMs: shortTimeoutMs });
  return await endOf(index, text, hurried.search({ text }));
}

async function searchAndCancel(index: FileIndex, text: string): Promise<Answer> {
  const controller = new AbortController();
  const search = withOptions(index, { signal: controller.signal }).search({ text });
  const hasBegun = reportWhen(
    index,
    text,
    ({ progress, state }) => progress.filesSearched > 0 || state !== "running",
  );
  hasBegun.then(
    () => controller.abort(),
    (error: unknown) => controller.abort(error),
  );
  return await endOf(index, text, search);
}

/** The end of the search here and at the server. */
async function endOf(index: FileIndex, text: string, search: Promise<unknown>): Promise<Answer> {
  const here = await search.then(
    () => "finished",
    (error: unknown) => RpcError.from(error).code,
  );
  const there = await reportWhen(index, text, ({ state }) => state !== "running");
  return {
    answer: `${here}\nthe server ${there.state === "stopped" ? "stopped its search" : "had searched all files"}`,
    remark: `file ${there.progress.filesSearched}`,
  };
}

/** Returns the server's report of a search as soon as it has ended. */
async function reportWhen(
  index: FileIndex,
  text: string,
  isSo: (report: SearchReport) => boolean,
): Promise<SearchReport> {
  for (const until = performance.now() + patienceMs; performance.now() < until; await sleep(pollMs)) {
    const report = (await index.searches()).find(({ progress }) => progress.text === text);
    if (report !== undefined && isSo(report)) return report;
  }
  throw new Error(`nothing became of the search for ${text} within ${patienceMs} ms`);
}
