import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../test-peers/build/copydata-peer.exe", import.meta.url));

/** A running peer in C. */
export interface NativePeer {
  readonly processId: number;
  kill(): Promise<void>;
}

/** Runs the peer in C to its end and returns its output. */
export async function runNativePeer(...args: readonly string[]): Promise<string> {
  const child = start(args);
  let printed = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    printed += chunk;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`copydata-peer ${args.join(" ")} ended with ${code}`);
  return printed;
}

/** Starts the peer in C and waits until its window exists. */
export async function startNativePeer(...args: readonly string[]): Promise<NativePeer> {
  const child = start(args);
  const ended = once(child, "exit");
  const ready = once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), "line");
  const failed = ended.then(([code]) => {
    throw new Error(`copydata-peer ${args.join(" ")} ended with ${code} before it was ready`);
  });
  await Promise.race([ready, failed]);
  failed.catch(() => {});
  return {
    processId: child.pid as number,
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function start(args: readonly string[]): ChildProcess {
  if (!existsSync(program))
    throw new Error(`${program} is not built: "npm test" builds it in its set-up of Windows`);
  return spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
}
