import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** Another process that runs a piece of code over the built packages. */
export interface CodeProcess {
  readonly processId: number;
  /** The line that it printed when it was ready. */
  readonly ready: string;
  /** Ends it like a crash. */
  kill(): Promise<void>;
}

/** Returns the folder of a layer's built code, for `import` in the code of {@link runCode}. */
export const built = (folder: string): string =>
  new URL(`../../dist/${folder === "" ? "" : `${folder}/`}`, import.meta.url).href;

/**
 * Runs a module in a process of its own, and waits for its first line. It ends at the latest with
 * this process.
 * @param program a Node to run it with, by default this one.
 */
export async function runCode(code: string, program = process.execPath): Promise<CodeProcess> {
  const tied = "process.stdin.resume().on('end', () => process.exit(0));";
  const child = spawn(program, ["--input-type=module", "-e", `${tied}\n${code}`], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const ready = await Promise.race([firstLine(child), ended.then(failed)]);
  return {
    processId: child.pid as number,
    ready,
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const [line] = await once(lines, "line");
  return line as string;
}

function failed(): never {
  throw new Error("the process ended before it was ready; are the packages built?");
}
