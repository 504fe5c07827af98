import { type } from "node:os";
import path from "node:path";
import { runTied } from "../bootstrap/run-tied.mjs";
import { repository } from "../repository.ts";
import { tools } from "../tools.ts";
import { prepareLane } from "../windows/prepare-lane.ts";
import type { Stage, StageOutcome } from "./stage.ts";
import { vitestHere, vitestOnWindows, type WindowsTestRun } from "./vitest-run.ts";

/** Selects the conformance cases over all transports. */
const SUITE = "packages/transports/src/conformance-";

/** Selects the tests of processes that die. */
const DEATHS = "process-death.conformance";

/**
 * The parts that differ most between versions of Node: the transports of Windows, each with a
 * process at either end. `npm run conformance` runs all.
 */
const WINDOWS_BETWEEN_PROCESSES = [
  ...["copydata", "pipe", "shm"].map((name) => `${SUITE}${name}`),
  ...["-t", "between two processes"],
];

/** Simulates runtimes that allow no views of foreign memory, such as Electron. */
const COPYING = { CROSSPANE_COPYING_MEMORY: "1", CROSSPANE_TRANSPORTS: "shm" };

/** Biome colours each character, even into a log file, unless configured otherwise. */
const COLORS = process.stdout.isTTY ? "--colors=force" : "--colors=off";

/** All stages of `npm test`, in order. */
export function stages(): readonly Stage[] {
  const all: readonly Stage[] = [
    { key: "lint", name: "Format and lint", run: () => node(tools.biome, "ci", COLORS, ".") },
    { key: "build", name: "Types and build", run: () => node(tools.tsc, "--build", ".", "scripts") },
    { key: "types", name: "Types of the tests", run: () => node(tools.tsc, "-p", "tsconfig.tests.json") },
    { key: "check", name: "Checks", run: () => node(path.join(repository, "scripts/check.ts")) },
    { key: "docs", name: "API pages", run: () => node(path.join(repository, "scripts/docs.ts")) },
    { key: "lane", name: "Set-up of Windows", run: prepare },
    {
      key: "portable",
      name: "Tests on this system",
      conformance: {
        system: `${type()} Node ${process.versions.node.split(".")[0]}`,
        run: () => vitestHere(SUITE),
      },
      run: () => vitestHere(),
    },
    {
      key: "windows",
      name: "Tests on Windows, Node 24",
      conformance: {
        system: "Windows Node 24",
        run: () => vitestOnWindows({ node: "24", filters: [SUITE] }),
      },
      run: () => vitestOnWindows({ node: "24" }),
    },
    betweenProcesses({ key: "windows-22", name: "Conformance on Windows, Node 22", node: "22" }),
    betweenProcesses({ key: "windows-26", name: "Conformance on Windows, Node 26", node: "26" }),
    byCopies(),
  ];
  // On Windows this system is the lane, and one run of the suites is enough.
  return process.platform === "win32" ? all.filter(({ key }) => key !== "portable") : all;
}

function betweenProcesses({
  key,
  name,
  node,
}: Pick<Stage, "key" | "name"> & Pick<WindowsTestRun, "node">): Stage {
  return {
    key,
    name,
    conformance: {
      system: `Windows Node ${node}`,
      run: () => vitestOnWindows({ node, filters: [SUITE, DEATHS] }),
    },
    run: () => vitestOnWindows({ node, filters: WINDOWS_BETWEEN_PROCESSES }),
  };
}

function byCopies(): Stage {
  const run = () => vitestOnWindows({ node: "24", filters: [`${SUITE}shm`, DEATHS], env: COPYING });
  return {
    key: "windows-copying",
    name: "Conformance on Windows, shared memory by copies",
    conformance: { system: "Windows Node 24, by copies", run },
    run,
  };
}

async function prepare(): Promise<StageOutcome> {
  await prepareLane();
  return { exitCode: 0 };
}

async function node(...args: readonly string[]): Promise<StageOutcome> {
  return { exitCode: await runTied(process.execPath, args, process.env) };
}
