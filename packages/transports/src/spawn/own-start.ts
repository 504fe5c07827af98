import { rmSync } from "node:fs";
import { RpcError, type Server } from "@crosspane/core";

/** Environment variable with the path of the record of this process's start. */
export const recordVariable = "CROSSPANE_START_RECORD";

/** Environment variable that makes this process close its server when its standard input ends. */
export const stopVariable = "CROSSPANE_STOP_WITH_PARENT";

/**
 * Runs `listen`, and keeps the promises of a `connect` that has started this process. They apply to
 * the first server of a process, but not to its other servers and not to processes that it starts.
 */
export async function reportReadyToSpawner(listen: () => Promise<Server>): Promise<Server> {
  const { [recordVariable]: record, [stopVariable]: stop } = process.env;
  if (record === undefined) return listen();
  delete process.env[recordVariable];
  delete process.env[stopVariable];
  // Synchronous, because the process may have ended by the next turn.
  const removeRecord = () => rmSync(record, { force: true });
  try {
    const server = await listen();
    void server.closed.then(removeRecord);
    if (stop === "1") stopWithParent(server);
    return server;
  } catch (thrown) {
    // Another server was faster, or has not quite ended; it is not a failed start.
    if (thrown instanceof RpcError && thrown.code === "alreadyExists") removeRecord();
    throw thrown;
  }
}

function stopWithParent(server: Server): void {
  const { stdin } = process;
  const stop = () => void server.close();
  stdin.on("end", stop).on("error", stop).resume();
  // The server keeps the process alive; this does not.
  stdin.unref();
}
