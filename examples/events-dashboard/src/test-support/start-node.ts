import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** A running program. */
export interface Running {
  /**
   * Waits for a line that contains the text. Returns the lines printed since the last call, up to
   * this one.
   */
  until(text: string): Promise<readonly string[]>;
  type(text: string): void;
  /** Ends its standard input, and returns the exit code. */
  end(): Promise<number | null>;
  kill(): Promise<void>;
}

/** Starts a built program of this example; it is ended with the test. */
export function startNode(script: string, args: readonly string[]): Running {
  const path = fileURLToPath(new URL(`../../dist/${script}`, import.meta.url));
  if (!existsSync(path)) throw new Error(`there is no ${path}: build first, with tsc --build`);
  const child = spawn(process.execPath, [path, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  // A child that has exited cannot be signalled.
  child.stdin.on("error", () => {});
  const exited = once(child, "exit") as Promise<[number | null]>;
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const running: Running = {
    async until(text) {
      const seen: string[] = [];
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) throw new Error(`${script} ended after ${JSON.stringify(seen)} without ${text}`);
        seen.push(value);
        if (value.includes(text)) return seen;
      }
    },
    type: (text) => child.stdin.write(text),
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
