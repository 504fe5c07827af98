import { LaneCrashedError } from "../windows/lane-crashed-error.ts";
import { LaneUnavailableError } from "../windows/lane-unavailable-error.ts";
import { CommandFailedError } from "./run-quietly.ts";

const understandable = [LaneCrashedError, LaneUnavailableError, CommandFailedError];

/**
 * Runs a script's work; its exit code is the process's. Errors that the user can understand are
 * shown without a stack.
 */
export async function main(work: (args: readonly string[]) => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work(process.argv.slice(2));
  } catch (error) {
    if (!understandable.some((type) => error instanceof type)) throw error;
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
