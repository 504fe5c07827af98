import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The output of the command and its exit code. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const program = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

/** Starts the built command `crosspane` in a folder. */
export function startCli(args: readonly string[], cwd: string): ChildProcess {
  if (!existsSync(program)) throw new Error(`there is no ${program}: build first, with tsc --build`);
  const { FORCE_COLOR: _, NODE_OPTIONS: __, ...env } = process.env;
  return spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, ...args], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Runs the built command `crosspane` in a folder, to its end. */
export async function runCli(args: readonly string[], cwd: string): Promise<Finished> {
  const child = startCli(args, cwd);
  const exited = once(child, "exit");
  const [stdout, stderr] = await Promise.all([collect(child.stdout), collect(child.stderr)]);
  const [code] = (await exited) as [number | null];
  return { code, stdout, stderr };
}

async function collect(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = "";
  for await (const chunk of stream ?? []) text += String(chunk);
  return text.replaceAll("\r\n", "\n");
}
