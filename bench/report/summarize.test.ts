import { expect, test } from "vitest";
import type { Sample } from "./sample.js";
import { summarize } from "./summarize.js";
import { verdictTable } from "./verdicts.js";

function sample(number: number, peer: Sample["peer"], transport: string, p50Us: number): Sample {
  return {
    peer,
    transport,
    scenario: "latency",
    sample: number,
    measures: [{ cell: "64 B", values: { p50Us } }],
  };
}

test("a row has the median of its samples and their spread", () => {
  const samples = [3, 12, 4].map((p50Us, index) => sample(index + 1, "crosspane", "shm", p50Us));
  expect(summarize(samples)).toMatchObject([{ cell: "64 B", values: { p50Us: 4 }, best: 3, range: 4 }]);
  expect(summarize(samples.slice(0, 2))).toMatchObject([{ values: { p50Us: 7.5 } }]);
});

test("a missed target is reported with its factor, an unmeasured one is not met", () => {
  const table = verdictTable(
    summarize([
      sample(1, "crosspane", "shm", 5),
      sample(1, "hand-written", "pipe", 1000),
      sample(1, "crosspane", "pipe", 460),
      sample(1, "raw", "pipe", 200),
    ]),
  );
  const lines = table.split("\n").map((line) => line.replace(/ +/g, " "));
  expect(lines).toContain("| shm, one call at a time, p50 | missed by a factor of 1.25 | ≤ 4 µs | 5.00 µs |");
  expect(lines).toContain(
    "| shm, times faster than the hand-written pipe RPC, p50 | met | ≥ 100 × | 200 × |",
  );
  expect(lines).toContain(
    "| pipe, p50 as a multiple of the raw echo's | missed by a factor of 2.00 | ≤ 1.15 × | 2.30 × |",
  );
  expect(lines).toContain("| pipe, 64 in flight | not measured | ≥ 100,000 calls/s | |");
});

test("a verdict on samples that differ widely says so", () => {
  const table = verdictTable(
    summarize([sample(1, "crosspane", "shm", 3), sample(2, "crosspane", "shm", 4.5)]),
  );
  expect(table).toMatch(/\| met; unsure, samples differ by 1\.50× +\| +≤ 4 µs \| +3\.75 µs \|/);
});
