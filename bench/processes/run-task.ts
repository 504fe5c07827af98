import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Measure } from "../scenarios/scenarios.js";
import type { Done, Task } from "./messages.js";

/** Ends a task that hangs. A busy machine needs many times the seconds of a quiet one. */
const patienceMs = 300_000;

/**
 * Measures in two fresh processes.
 * @throws {Error} if they failed or took too long.
 */
export async function runTask(task: Task): Promise<readonly Measure[]> {
  const script = fileURLToPath(new URL("measure.js", import.meta.url));
  const child = fork(script, [JSON.stringify(task)], { timeout: patienceMs, killSignal: "SIGKILL" });
  const ended = once(child, "exit");
  const done = new Promise<Done>((resolve) => {
    child.once("message", (message) => {
      resolve(message as Done);
      child.disconnect();
    });
  });
  const [code, signal] = await ended;
  // The exit of the process can be seen before its last message; the end of the channel cannot.
  if (child.connected) await once(child, "disconnect");
  const measured = await Promise.race([done, undefined]);
  if (measured !== undefined) return measured.measures;
  throw new Error(`the client's process ended with ${code ?? signal} before it had measured`);
}
