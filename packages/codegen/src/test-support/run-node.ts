import { type ChildProcess, spawn } from "node:child_process";

/** The output of a process and its exit. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Node with arguments in a folder, to its end. */
export async function runNode(args: readonly string[], cwd: string): Promise<Finished> {
  const process = startNode(args, cwd);
  const [stdout, stderr, code] = await Promise.all([
    collect(process.stdout!),
    collect(process.stderr!),
    new Promise<number | null>((resolve, reject) => {
      process.once("error", reject);
      process.once("exit", resolve);
    }),
  ]);
  return { code, stdout, stderr };
}

/** Starts Node with arguments in a folder. */
export function startNode(args: readonly string[], cwd: string): ChildProcess {
  const { FORCE_COLOR: _, NODE_OPTIONS: __, ...env } = process.env;
  return spawn(process.execPath, [...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
}

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text.replaceAll("\r\n", "\n");
}
