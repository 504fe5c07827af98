/**
 * A server that `connect` starts: `probe-server.ts ENDPOINT LOG HOW [IDLE_STOP_MS]`. It appends its
 * events to the log. HOW is `serve`, or a way to fail: `throw`, `hang`, `crash` (as soon as it
 * serves).
 */
import { appendFileSync } from "node:fs";
import { RpcError, serve } from "../../index.js";
import { Probe, probe } from "./probe-service.js";

const [endpoint = "", log = "", how = "serve", idleTimeoutMs] = process.argv.slice(2);
const note = (what: string) => appendFileSync(log, `${what} ${process.pid}\n`);

note("started");
if (how === "throw") throw new Error("the disk is full of eels");
if (how === "hang") {
  process.stderr.write("waiting for something that does not come\n");
  note("hanging");
  setInterval(() => {}, 1_000);
} else {
  try {
    const server = await serve(
      endpoint,
      [Probe.implement(probe)],
      idleTimeoutMs === undefined ? {} : { idleTimeoutMs: Number(idleTimeoutMs) },
    );
    note("served");
    if (how === "crash") process.kill(process.pid, "SIGKILL");
    note(`closed by ${(await server.closed).by}`);
  } catch (error) {
    note(error instanceof RpcError ? error.code : "failed");
    throw error;
  }
}
