import { spawn } from "node:child_process";
import { exitCodeOf } from "../bootstrap/run-tied.mjs";
import { repository } from "../repository.ts";
import { onCtrlC } from "./on-ctrl-c.ts";
import { nodeExecutableIn, otherWindowsNode, type WindowsNodeVersion } from "./windows-node.ts";
import type { WindowsRun } from "./windows-run.ts";

/** Runs a script on Node for Windows if this system is Windows. */
export async function runOnThisWindows(run: WindowsRun): Promise<number> {
  const executable = await nodeFor(run.node ?? "24");
  const child = spawn(executable, [...(run.nodeArgs ?? []), run.script, ...(run.args ?? [])], {
    cwd: run.cwd ?? repository,
    env: { ...process.env, ...run.env },
    stdio: [
      "ignore",
      run.stdout === undefined ? "inherit" : "pipe",
      run.stderr === undefined ? "inherit" : "pipe",
    ],
    signal: run.signal,
  });
  if (run.stdout !== undefined) child.stdout?.pipe(run.stdout, { end: false });
  if (run.stderr !== undefined) child.stderr?.pipe(run.stderr, { end: false });
  let presses = 0;
  // The console signals the child as well; only a second press is handled here.
  using _ = onCtrlC(() => {
    presses += 1;
    if (presses > 1) child.kill("SIGKILL");
  });
  return await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(exitCodeOf(code, signal)));
  });
}

async function nodeFor(node: WindowsNodeVersion): Promise<string> {
  return node === "24" ? process.execPath : nodeExecutableIn(await otherWindowsNode(node));
}
