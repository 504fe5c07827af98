import { type } from "node:os";
import path from "node:path";
import { runTied } from "../bootstrap/run-tied.mjs";
import { repository } from "../repository.ts";
import { tools } from "../tools.ts";
import { prepareLane } from "../windows/prepare-lane.ts";
import type { Stage, StageOutcome } from "./stage.ts";
import { vitestHere, vitestOnWindows, type WindowsTestRun } from "./vitest-run.ts";

/** Picks the files of the conformance suites, which run on every supported Node. */
const CONFORMANCE = "conformance";

/** Picks the cases over all transports alone. */
const SUITE = "packages/transports/src/conformance.test";

/** As in runtimes that allow no views of foreign memory: Electron is one. */
const COPYING = { CROSSPANE_COPYING_MEMORY: "1", CROSSPANE_TRANSPORTS: "shm" };

/** Biome colours each character, even into a log file, unless told not to. */
const COLORS = process.stdout.isTTY ? "--colors=force" : "--colors=off";

/** Everything that `npm test` does, in its order. */
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
    conformanceOnWindows({ key: "windows-22", name: "Conformance on Windows, Node 22", node: "22" }),
    conformanceOnWindows({ key: "windows-26", name: "Conformance on Windows, Node 26", node: "26" }),
    conformanceOnWindows({
      key: "windows-copying",
      name: "Conformance on Windows, shared memory by copies",
      node: "24",
      env: COPYING,
    }),
  ];
  // There this system is Windows, and one run of the suites is enough.
  return process.platform === "win32" ? all.filter(({ key }) => key !== "portable") : all;
}

function conformanceOnWindows(
  how: Pick<Stage, "key" | "name"> & Pick<WindowsTestRun, "node" | "env">,
): Stage {
  const { key, name, node, env } = how;
  const run = () => vitestOnWindows({ node, filters: [CONFORMANCE], ...(env && { env }) });
  const system = `Windows Node ${node}${env === COPYING ? ", by copies" : ""}`;
  return { key, name, conformance: { system, run }, run };
}

async function prepare(): Promise<StageOutcome> {
  await prepareLane();
  return { exitCode: 0 };
}

async function node(...args: readonly string[]): Promise<StageOutcome> {
  return { exitCode: await runTied(process.execPath, args, process.env) };
}
