import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Speed } from "../questions/measure-speed.js";
import type { Outcome } from "../questions/outcome.js";
import { parseReady, type Ready } from "./ready-line.js";

const patienceMs = 5_000;

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** A server in a process of its own. Disposing of it kills it if necessary. */
export interface ServerProcess extends AsyncDisposable {
  /** Resolves when clients can connect. Call it once. */
  ready(): Promise<Ready>;
  /**
   * Ends the server by the end of its standard input.
   * @throws {Error} if it did not end in order
   */
  stop(): Promise<void>;
}

export function startServer(folder: string, endpoints: readonly string[]): ServerProcess {
  const child = start("../server.js", [folder, ...endpoints]);
  const ended = endOf(child);
  const end = async () => {
    child.stdin.end();
    // It prints why it ends, and its end is reported once its output is read.
    child.stdout.resume();
    const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
    const how = await ended;
    clearTimeout(timer);
    return how;
  };
  return {
    async ready() {
      for await (const line of createInterface({ input: child.stdout })) {
        const ready = parseReady(line);
        if (ready !== undefined) return ready;
      }
      throw new Error(`the server ended with ${await ended} before it was ready`);
    },
    async stop() {
      const how = await end();
      if (how !== 0) throw new Error(`the server ended with ${how} and not in order`);
    },
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
}

/** A client in a process of its own. */
export interface ClientProcess {
  /** Resolves when all answers have arrived. Call it once, and first. */
  outcomes(): Promise<readonly Outcome[]>;
  /** Lets it measure, and exit. Call it once. */
  speed(): Promise<Speed>;
  /** Kills it at once, if it has not exited: otherwise it would wait to be asked for its speed. */
  kill(): void;
}

export function startClient(endpoint: string): ClientProcess {
  const child = start("../client.js", [endpoint, "--json"]);
  const ended = endOf(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`the client at ${endpoint} ended with ${await ended}`);
    return JSON.parse(value);
  };
  return {
    outcomes: async () => (await next()) as readonly Outcome[],
    async speed() {
      child.stdin.end();
      const speed = (await next()) as Speed;
      const how = await ended;
      if (how !== 0) throw new Error(`the client at ${endpoint} ended with ${how}`);
      return speed;
    },
    kill: () => child.kill("SIGKILL"),
  };
}

function start(script: string, args: readonly string[]): Child {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  // A child that has exited cannot be signalled.
  child.stdin.on("error", () => {});
  return child;
}

/** The exit code, or the signal. */
async function endOf(child: Child): Promise<number | string> {
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  return code ?? signal ?? "no exit code";
}
