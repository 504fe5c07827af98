import { cpuTimeUs } from "../processes/cpu-time.js";
import type { Measure, Scenario, Stage } from "./scenario.js";

const KiB = 1024;

/** Items for the first runs of a cell, until its code is compiled. */
const firstItems = 1_000;

export const stream: Scenario = {
  title: "Streams of items, by a reader that keeps up",
  metrics: ["itemsPerSecond", "megabytesPerSecond", "clientCpuUs", "serverCpuUs"],
  primary: "itemsPerSecond",
  leavesOut: ["hand-written", "raw"],
  async run(stage) {
    const client = await stage.connect();
    const measures: Measure[] = [];
    for (const itemBytes of [64, KiB, 64 * KiB]) {
      const size = itemBytes < KiB ? `${itemBytes} B` : `${itemBytes / KiB} KiB`;
      for (const way of ["download", "upload"] as const) {
        const run = client[way];
        if (run === undefined) continue;
        const cell = `${size} items, ${way === "download" ? "to" : "from"} the client`;
        measures.push({ cell, values: await measure(stage, run, itemBytes) });
      }
    }
    await client.close();
    return measures;
  },
};

type Run = (count: number, itemBytes: number) => Promise<number>;

/** Runs streams of growing length until one takes long enough to be measured. */
async function measure(stage: Stage, run: Run, itemBytes: number): Promise<Measure["values"]> {
  const { warmUp, measureMs } = stage.settings;
  let count = firstItems;
  let ms = 0;
  for (const until = performance.now() + warmUp.maxMs; performance.now() < until; ) {
    ms = await timed(run, count, itemBytes);
    if (ms < warmUp.settleMs) count *= 2;
  }
  if (ms > 0) count = Math.max(firstItems, Math.round((count * measureMs) / ms));
  const serverBefore = await stage.serverCpuTimeUs();
  const before = cpuTimeUs();
  const seconds = (await timed(run, count, itemBytes)) / 1000;
  const after = cpuTimeUs();
  const serverAfter = await stage.serverCpuTimeUs();
  return {
    itemsPerSecond: count / seconds,
    megabytesPerSecond: (count * itemBytes) / seconds / 1e6,
    clientCpuUs: (after - before) / count,
    serverCpuUs: (serverAfter - serverBefore) / count,
  };
}

async function timed(run: Run, count: number, itemBytes: number): Promise<number> {
  const startedAt = performance.now();
  const bytes = await run(count, itemBytes);
  if (bytes !== count * itemBytes) throw new Error(`${bytes} bytes came of ${count * itemBytes}`);
  return performance.now() - startedAt;
}
