import { runOnThisWindows } from "./run-on-this-windows.ts";
import { runUnderWine } from "./run-under-wine.ts";
import type { WindowsRun } from "./windows-run.ts";

/**
 * Runs a script on Node for Windows, here or under Wine, and resolves to its exit code.
 *
 * A Ctrl-C of this process reaches the script as one; a second one ends it. Under Wine every
 * process that the script started ends with it.
 *
 * @throws LaneUnavailableError, LaneCrashedError
 */
export async function runOnWindows(run: WindowsRun): Promise<number> {
  return process.platform === "win32" ? await runOnThisWindows(run) : await runUnderWine(run);
}
