import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a built program of this example to its end; its standard input ends at once. */
export async function runNode(script: string, args: readonly string[]): Promise<Run> {
  const path = fileURLToPath(new URL(`../../dist/${script}`, import.meta.url));
  if (!existsSync(path)) throw new Error(`there is no ${path}: build first, with tsc --build`);
  const child = spawn(process.execPath, [path, ...args], { stdio: "pipe" });
  child.stdin.end();
  const exited = once(child, "exit");
  const [stdout, stderr] = await Promise.all(
    [child.stdout, child.stderr].map(async (stream) => (await stream.setEncoding("utf8").toArray()).join("")),
  );
  const [code] = (await exited) as [number | null];
  return { code, stdout: stdout ?? "", stderr: stderr ?? "" };
}
