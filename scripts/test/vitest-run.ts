import { existsSync, readFileSync } from "node:fs";
import pc from "picocolors";
import { runTied } from "../bootstrap/run-tied.mjs";
import { readExecutions } from "../conformance/read-executions.ts";
import { tools } from "../tools.ts";
import { LaneCrashedError } from "../windows/lane-crashed-error.ts";
import { runOnWindows } from "../windows/run-on-windows.ts";
import { pathInLane, toWindowsPath } from "../windows/visible-paths.ts";
import type { WindowsNodeVersion } from "../windows/windows-node.ts";
import { readFailures } from "./read-failures.ts";
import { resultsFolder } from "./results-folder.ts";
import type { StageOutcome } from "./stage.ts";

/**
 * Vitest prints a line for each test file. The longest takes some two minutes, and many times that
 * on a machine with other load.
 */
const SILENT_MS = 30 * 60_000;

export async function vitestHere(...filters: readonly string[]): Promise<StageOutcome> {
  using results = resultsFolder();
  const args = vitestArguments(results.file, filters);
  const exitCode = await runTied(process.execPath, [tools.vitest, ...args], process.env);
  return { exitCode, ...readResults(results.file) };
}

export interface WindowsTestRun {
  readonly node: WindowsNodeVersion;
  /** Parts of the paths of the test files; all of them if missing. */
  readonly filters?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs tests on Windows; all of them once more if Wine itself breaks down, which they do not test.
 * @throws LaneUnavailableError, LaneCrashedError if it breaks down again
 */
export async function vitestOnWindows(run: WindowsTestRun): Promise<StageOutcome> {
  try {
    return await vitestInLane(run);
  } catch (error) {
    if (!(error instanceof LaneCrashedError)) throw error;
    console.error(`\n${pc.bold(pc.yellow(`${error.message} The stage begins again.`))}`);
    return await vitestInLane(run);
  }
}

async function vitestInLane({ node, filters = [], env }: WindowsTestRun): Promise<StageOutcome> {
  using results = resultsFolder();
  const args = vitestArguments(toWindowsPath(pathInLane(results.file)), filters);
  const mounts = [results.folder];
  const exitCode = await runOnWindows({
    script: tools.vitest,
    ...{ args, node, mounts, silentMs: SILENT_MS },
    ...(env && { env }),
  });
  return { exitCode, ...readResults(results.file) };
}

function vitestArguments(resultsFile: string, filters: readonly string[]): readonly string[] {
  return ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${resultsFile}`, ...filters];
}

function readResults(resultsFile: string): Omit<StageOutcome, "exitCode"> {
  if (!existsSync(resultsFile)) return {};
  const results = JSON.parse(readFileSync(resultsFile, "utf8"));
  const tests = {
    passed: results.numPassedTests,
    failed: results.numFailedTests,
    skipped: results.numPendingTests + results.numTodoTests,
  };
  return { tests, failures: readFailures(results), conformance: readExecutions(results) };
}
