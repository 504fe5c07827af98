import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a built program of this example to its end; its standard input ends at once. */
export async function runNode(script: string, args: readonly string[]): Promise<Run> {
  const child = start(script, args);
  child.stdin.end();
  const exited = once(child, "exit");
  const [stdout, stderr] = await Promise.all(
    [child.stdout, child.stderr].map(async (stream) => (await stream.setEncoding("utf8").toArray()).join("")),
  );
  const [code] = (await exited) as [number | null];
  return { code, stdout: stdout ?? "", stderr: stderr ?? "" };
}

/** A running program. */
export interface Running {
  /** Returns the next line that it prints. */
  line(): Promise<string>;
  /** Ends its standard input, and returns the exit code. */
  end(): Promise<number | null>;
  kill(): Promise<void>;
}

/** Starts a built program of this example; it is ended with the test. */
export function startNode(script: string, args: readonly string[]): Running {
  const child = start(script, args);
  child.stderr.pipe(process.stderr);
  const exited = once(child, "exit") as Promise<[number | null]>;
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const running: Running = {
    async line() {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${script} ended with ${(await exited)[0]}`);
      return value;
    },
    async end() {
      child.stdin.end();
      return (await exited)[0];
    },
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
  onTestFinished(async () => void (await running.end()));
  return running;
}

function start(script: string, args: readonly string[]): ChildProcessByStdio<Writable, Readable, Readable> {
  const path = fileURLToPath(new URL(`../../dist/${script}`, import.meta.url));
  if (!existsSync(path)) throw new Error(`there is no ${path}: build first, with tsc --build`);
  const child = spawn(process.execPath, [path, ...args], { stdio: ["pipe", "pipe", "pipe"] });
  // A child that has exited cannot be signalled.
  child.stdin.on("error", () => {});
  return child;
}
