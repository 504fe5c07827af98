/**
 * Entry point of the pump's thread: its windows live here, and it blocks in the system's waits,
 * never in Node's event loop. `pumpProgram` finds it by the name `#copy-data-pump` of this package,
 * or has its text.
 */
import { Worker, workerData } from "node:worker_threads";
import { maxCallStackBytes, setCallStackBytes } from "../win32/load-koffi.js";
import { cells, type PumpStart } from "./pump-messages.js";

/**
 * Limit of threads that are tried, one after the other, for one with enough room; each takes time.
 */
const maxThreads = 4;

const start = workerData as PumpStart;
// Set before the first library is loaded, which the import of the pump does: Wine puts messages on
// this stack before the window procedure sees how long they are.
setCallStackBytes(maxCallStackBytes);
const { CallStackRoom } = await import("../win32/call-stack-room.js");
const stackRoom = CallStackRoom.take();

if (stackRoom?.isSmall === true && start.threads < maxThreads) runOnOtherThread();
else await run();

async function run(): Promise<void> {
  const { MessagePump } = await import("./message-pump.js");
  Atomics.store(start.cells, cells.running, 1);
  try {
    new MessagePump(start, stackRoom).run();
  } finally {
    stackRoom?.release();
    Atomics.store(start.cells, cells.over, 1);
    Atomics.notify(start.cells, cells.over);
    start.port.close();
  }
}

/** Runs the pump on a thread with another stack. This thread waits for its end. */
function runOnOtherThread(): void {
  stackRoom?.release();
  new Worker(new URL(start.program), {
    workerData: { ...start, threads: start.threads + 1 },
    transferList: [start.port],
    execArgv: [],
  });
}
