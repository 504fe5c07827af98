import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { exitCodeOf, tied } from "../bootstrap/run-tied.mjs";
import { inNamespaces, scratchFolder } from "./namespaces.ts";
import { onCtrlC } from "./on-ctrl-c.ts";
import type { Wine } from "./wine.ts";

const ENTER_LANE = fileURLToPath(new URL("./enter-lane.sh", import.meta.url));
/** Windows reports death by Ctrl-C as 0xC000013A, of which a Unix exit code holds the last byte. */
const CTRL_C_EXIT_BYTE = 0x3a;
const CTRL_C_EXIT_CODE = 130;

export interface Mount {
  /** Outside the lane. */
  readonly from: string;
  /** Inside it. */
  readonly to: string;
}

export interface LaneRun {
  readonly wine: Wine;
  /** Shared with the system; later ones lie over earlier ones. */
  readonly binds: readonly Mount[];
  /** Copy-on-write, separate for each run; they lie over the binds. */
  readonly overlays: readonly Mount[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly commandLine: readonly string[];
  /** File descriptors; output is discarded if missing. */
  readonly output?: { readonly stdout: number; readonly stderr: number };
  /** Ends the run at once. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a command in a lane of its own and resolves to its exit code. Every process that it starts
 * ends with it, and with this process.
 */
export async function runInLane(run: LaneRun): Promise<number> {
  run.signal?.throwIfAborted();
  const [command = "", ...args] = tied(
    inNamespaces([
      ...["sh", ENTER_LANE, scratchFolder(), run.wine.root, run.cwd],
      ...run.binds.flatMap(({ from, to }) => ["bind", from, to]),
      ...run.overlays.flatMap(({ from, to }) => ["overlay", from, to]),
      ...["--", "env", "-i", ...Object.entries(run.env).map(([name, value]) => `${name}=${value}`)],
      ...run.commandLine,
    ]),
  );
  const child = spawn(command, args, {
    stdio: ["ignore", run.output?.stdout ?? "ignore", run.output?.stderr ?? "ignore"],
    // It gets a process group of its own, so that a Ctrl-C of the terminal arrives once, through
    // us.
    detached: true,
  });
  let interrupts = 0;
  const kill = () => child.kill("SIGKILL");
  using _ = onCtrlC(() => {
    interrupts += 1;
    if (interrupts > 1) kill();
    // Wine turns it into a console event for each process of the group, as a Windows console does.
    else if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
  });
  run.signal?.addEventListener("abort", kill);
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => resolve(exitCodeOf(code, signal)));
    });
    const isKilled = interrupts > 1 || (interrupts > 0 && exitCode === CTRL_C_EXIT_BYTE);
    return isKilled ? CTRL_C_EXIT_CODE : exitCode;
  } finally {
    run.signal?.removeEventListener("abort", kill);
  }
}
