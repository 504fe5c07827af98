import { rmSync } from "node:fs";
import { RpcError, type Server } from "@crosspane/core";

/** Names the record of a start to the process that was started. */
export const recordVariable = "CROSSPANE_START_RECORD";

/** Tells the process that was started to close when its standard input ends. */
export const stopVariable = "CROSSPANE_STOP_WITH_PARENT";

/**
 * Runs `listen`, and keeps its server to what `connect` has promised where `connect` has started this process. That is for the first server of
 * a process; others of it, and processes that this one starts, concern nobody.
 */
export async function reportReadyToSpawner(listen: () => Promise<Server>): Promise<Server> {
  const { [recordVariable]: record, [stopVariable]: stop } = process.env;
  if (record === undefined) return listen();
  delete process.env[recordVariable];
  delete process.env[stopVariable];
  // In the turn of the end: the process may be over in the next.
  const removeRecord = () => rmSync(record, { force: true });
  try {
    const server = await listen();
    void server.closed.then(removeRecord);
    if (stop === "1") stopWithParent(server);
    return server;
  } catch (thrown) {
    // Another server was faster, or is not quite gone: no fault of this one.
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
