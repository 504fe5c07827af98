import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A conformance server in a process of its own. */
export interface ServerProcess {
  readonly endpoint: string;
  readonly processId: number;
  /** Ends it like a crash: none of its handlers runs. */
  kill(): Promise<void>;
  /** Asks it to close in order. */
  stop(): Promise<void>;
}

/**
 * Starts `conformance-server.ts` at an endpoint and waits until clients can connect. It runs the
 * built packages.
 */
export async function startServerProcess(endpoint: string): Promise<ServerProcess> {
  const script = fileURLToPath(new URL("conformance-server.ts", import.meta.url));
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, endpoint], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const listening = await firstLine(child);
  return {
    endpoint: listening,
    processId: child.pid as number,
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    async stop() {
      child.stdin?.end();
      await ended;
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const line = once(lines, "line").then(([text]) => text as string);
  const exit = once(child, "exit").then(([code]) => {
    throw new Error(`the conformance server ended with ${code} before it was ready; are the packages built?`);
  });
  return Promise.race([line, exit]);
}
