import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import type { Report } from "./report/report.js";
import { scenarios } from "./scenarios/scenarios.js";

const harness = fileURLToPath(new URL("dist/main.js", import.meta.url));

/** Runs the built harness as a user does. */
async function bench(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [harness, ...args])) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

/** Runs it with its shortest settings, over the transports that every system has. */
async function smoke(...args: readonly string[]): Promise<{ report: Report; stdout: string }> {
  const folder = await mkdtemp(join(tmpdir(), "crosspane-bench-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { code, stdout, stderr } = await bench(
    "--smoke",
    "--transports",
    "pipe",
    "--results",
    folder,
    ...args,
  );
  expect({ code, stdout, stderr }).toMatchObject({ code: 0 });
  const [file = ""] = await readdir(folder);
  const report: Report = JSON.parse(await readFile(join(folder, file), "utf8"));
  expect(report.failures).toEqual([]);
  return { report, stdout };
}

test("every scenario measures, and the report shows it", async () => {
  const { report, stdout } = await smoke("--peers", "crosspane");
  expect(report.samples.map(({ scenario }) => scenario)).toEqual(Object.keys(scenarios));
  for (const { scenario, measures } of report.samples) {
    const metrics = scenarios[scenario].metrics.toSorted();
    for (const { cell, values } of measures) {
      expect(Object.keys(values), cell).toEqual(expect.arrayContaining(metrics));
      for (const [metric, value] of Object.entries(values)) {
        // CPU time is counted in steps that can be longer than a smoke run.
        expect(value, `${metric} of ${cell}`).toBeGreaterThanOrEqual(/cpu/i.test(metric) ? 0 : 1e-3);
      }
    }
    // A pipe cannot call synchronously.
    expect(stdout.includes(scenarios[scenario].title), scenario).toBe(scenario !== "synchronous");
  }
  expect(stdout).toMatch(/^\| 64 B, 64 in flight +\| pipe +\| crosspane +\|/m);
  expect(stdout).toMatch(/^\| pipe, 64 in flight +\| (met|missed by a factor of [\d.,]+) +\|/m);
  expect(stdout).toMatch(/^\| shm, 64 in flight +\| not measured +\|/m);
});

test("every peer is measured and compared", async () => {
  const { report, stdout } = await smoke("--scenarios", "latency");
  expect(report.samples.map(({ peer }) => peer)).toEqual(["crosspane", "hand-written", "raw"]);
  for (const { p50Us = 0, p99Us = 0, p999Us = 0 } of report.samples.map(
    ({ measures }) => measures[0]?.values ?? {},
  )) {
    expect(p50Us).toBeLessThanOrEqual(p99Us);
    expect(p99Us).toBeLessThanOrEqual(p999Us);
  }
  expect(stdout).toMatch(/^\| 64 B +\| pipe +\| crosspane +\|( +[\d,.]+ \|){10} +[\d.,]+× \| +[\d.,]+× \|$/m);
  expect(stdout).toMatch(/^\| 64 B +\| pipe +\| hand-written +\|.* 1\.00× \| +[\d.,]+× \|$/m);
  expect(stdout).toMatch(
    /^\| pipe, p50 as a multiple of the raw echo's +\| (met|missed by a factor of [\d.,]+) +\|/m,
  );
});

test("another checkout is measured in the same run, in reverse order at each second sample", async () => {
  const repository = fileURLToPath(new URL("..", import.meta.url));
  const { report, stdout } = await smoke(
    ...["--against", repository, "--transports", "memory", "--scenarios", "latency", "--samples", "2"],
  );
  expect(report.samples.map(({ peer }) => peer)).toEqual(["crosspane", "against", "against", "crosspane"]);
  expect(stdout).toMatch(/^\| 64 B +\| memory +\|( +[\d,.]+ \|){2} +[\d,.]+× \([\d,.]+ to [\d,.]+\) \|/m);
});

test.each([
  ["--transports", "carrier-pigeon", "there is no transport carrier-pigeon"],
  ["--scenarios", "latency,speed", "there is no scenario speed"],
  ["--samples", "0", "--samples takes a number from 1 on"],
])("%s %s is refused", async (option, value, problem) => {
  const { code, stderr } = await bench(option, value);
  expect(code).toBe(2);
  expect(stderr).toContain(problem);
  expect(stderr).toContain("usage: npm run bench");
});
