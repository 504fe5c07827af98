import { existsSync, readFileSync } from "node:fs";
import { runTied } from "../bootstrap/run-tied.mjs";
import { tools } from "../tools.ts";
import { runOnWindows } from "../windows/run-on-windows.ts";
import { pathInLane, toWindowsPath } from "../windows/visible-paths.ts";
import type { WindowsNodeVersion } from "../windows/windows-node.ts";
import { resultsFolder } from "./results-folder.ts";
import type { StageOutcome, TestCounts } from "./stage.ts";

export async function vitestHere(...filters: readonly string[]): Promise<StageOutcome> {
  using results = resultsFolder();
  const args = vitestArguments(results.file, filters);
  const exitCode = await runTied(process.execPath, [tools.vitest, ...args], process.env);
  return { exitCode, tests: readCounts(results.file) };
}

/** @throws LaneUnavailableError */
export async function vitestOnWindows(
  node: WindowsNodeVersion,
  ...filters: readonly string[]
): Promise<StageOutcome> {
  using results = resultsFolder();
  const args = vitestArguments(toWindowsPath(pathInLane(results.file)), filters);
  const exitCode = await runOnWindows({ script: tools.vitest, args, node, mounts: [results.folder] });
  return { exitCode, tests: readCounts(results.file) };
}

function vitestArguments(resultsFile: string, filters: readonly string[]): readonly string[] {
  return ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${resultsFile}`, ...filters];
}

function readCounts(resultsFile: string): TestCounts | undefined {
  if (!existsSync(resultsFile)) return undefined;
  const results = JSON.parse(readFileSync(resultsFile, "utf8"));
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}
