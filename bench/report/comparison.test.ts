import { expect, test } from "vitest";
import { comparisonTables } from "./comparison.js";
import type { Sample } from "./sample.js";

function sample(number: number, peer: Sample["peer"], p50Us: number, clientCpuUs: number): Sample {
  const measures = [{ cell: "64 B", values: { p50Us, clientCpuUs } }];
  return { peer, transport: "shm", scenario: "latency", sample: number, measures };
}

function linesOf(samples: readonly Sample[]): readonly string[] {
  return comparisonTables(samples)
    .split("\n")
    .map((line) => line.replace(/ +/g, " "));
}

test("a checkout is compared by its medians, with the range of the pairs of samples", () => {
  const lines = linesOf([
    ...[sample(1, "crosspane", 4, 2), sample(2, "crosspane", 5, 2), sample(3, "crosspane", 6, 2)],
    ...[sample(1, "against", 12, 1), sample(2, "against", 10, 2), sample(3, "against", 6, 3)],
  ]);
  expect(lines).toContainEqual(
    expect.stringMatching(/^\| 64 B \| shm \| 10\.0 \| 5\.00 \| 2\.00× \(1\.00 to 3\.00\) \|/),
  );
  expect(lines).toContainEqual(expect.stringContaining("| 1.00× (0.50 to 1.50) |"));
});

test("a sample that failed at one checkout is in no pair, and a CPU time of 0 has no factor", () => {
  const lines = linesOf([
    ...[sample(1, "crosspane", 4, 0), sample(2, "crosspane", 4, 0)],
    sample(2, "against", 8, 0),
  ]);
  expect(lines.at(-1)).toMatch(/^\| 64 B \| shm \| 8\.00 \| 4\.00 \| 2\.00× \(2\.00 to 2\.00\) \|[ |]+$/);
});

test("a run without another checkout compares nothing", () => {
  expect(comparisonTables([sample(1, "crosspane", 4, 2)])).toBe("");
});
