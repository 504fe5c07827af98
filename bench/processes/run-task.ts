import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Measure } from "../scenarios/scenarios.js";
import type { Done, Task } from "./messages.js";

/** No task takes so long on a sound system. */
const patienceMs = 60_000;

/**
 * Measures in two fresh processes.
 * @throws {Error} if they failed or took too long.
 */
export async function runTask(task: Task): Promise<readonly Measure[]> {
  const script = fileURLToPath(new URL("measure.js", import.meta.url));
  const child = fork(script, [JSON.stringify(task)], { timeout: patienceMs, killSignal: "SIGKILL" });
  let done: Done | undefined;
  child.once("message", (message) => {
    done = message as Done;
  });
  const [code, signal] = await once(child, "exit");
  if (done !== undefined) return done.measures;
  throw new Error(`the client's process ended with ${code ?? signal} before it had measured`);
}
