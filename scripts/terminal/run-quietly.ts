import { spawn } from "node:child_process";
import { exitCodeOf, tied } from "../bootstrap/run-tied.mjs";

/** Enough for the errors of a compiler, not for the log of an installation. */
const SHOWN_CHARACTERS = 8000;

/** A program failed; the message includes its output. */
export class CommandFailedError extends Error {
  override readonly name = "CommandFailedError";
}

export interface QuietRun {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Receives each line of output. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs a set-up program whose output matters only if it fails; then the error includes the end of
 * it.
 */
export async function runQuietly(commandLine: readonly string[], run: QuietRun = {}): Promise<void> {
  const [command = "", ...args] = tied(commandLine);
  const child = spawn(command, args, {
    cwd: run.cwd,
    env: run.env ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32" && command === "npm",
  });
  let output = "";
  const take = (chunk: Buffer) => {
    output += chunk;
    const line = String(chunk).trimEnd().split("\n").at(-1);
    if (line !== undefined && line !== "") run.onLine?.(line);
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(exitCodeOf(code, signal)));
  });
  if (exitCode === 0) return;
  throw new CommandFailedError(
    `${commandLine.join(" ")} failed with exit code ${exitCode}:\n${output.slice(-SHOWN_CHARACTERS)}`,
  );
}
