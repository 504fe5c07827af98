import type { Writable } from "node:stream";
import { runOnThisWindows } from "./run-on-this-windows.ts";
import { runUnderWine } from "./run-under-wine.ts";
import type { WindowsNodeVersion } from "./windows-node.ts";

export interface WindowsRun {
  /** A script for Node, as a path on this system. */
  readonly script: string;
  readonly args?: readonly string[];
  /** Options for Node itself. */
  readonly nodeArgs?: readonly string[];
  readonly node?: WindowsNodeVersion;
  /** The repository if missing. */
  readonly cwd?: string;
  /** Files and folders that the script must see beside the repository; `pathInLane` says where. */
  readonly mounts?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds without a word after which Wine counts as hung, which ends the run; never if missing. */
  readonly silentMs?: number;
  /** Ends the run at once. */
  readonly signal?: AbortSignal;
  /** This process's own if missing. */
  readonly stdout?: Writable;
  readonly stderr?: Writable;
}

/**
 * Runs a script on Node for Windows, here or under Wine, and resolves to its exit code.
 *
 * A Ctrl-C of this process reaches the script as one; a second one ends it. Under Wine whatever the script started
 * ends with it.
 *
 * @throws LaneUnavailableError, LaneCrashedError
 */
export async function runOnWindows(run: WindowsRun): Promise<number> {
  return process.platform === "win32" ? await runOnThisWindows(run) : await runUnderWine(run);
}
