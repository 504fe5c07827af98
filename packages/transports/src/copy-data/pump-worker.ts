/**
 * The pump's thread: its windows live here, and it blocks in the system's waits, never in Node's event loop. Started by
 * `PumpThread`, by the name `#copy-data-pump` of this package.
 */
import { workerData } from "node:worker_threads";
import { setCallStackBytes } from "../win32/load-koffi.js";
import { cells, type PumpStart } from "./pump-messages.js";

/** The most that koffi takes. What others send to a window is put on the stack before the window procedure sees how long it is. */
const callStackBytes = 16 * 1024 * 1024;

// Before the first library is loaded, which the import of the pump does.
setCallStackBytes(callStackBytes);
const { MessagePump } = await import("./message-pump.js");

const start = workerData as PumpStart;
Atomics.store(start.cells, cells.running, 1);
try {
  new MessagePump(start).run();
} finally {
  Atomics.store(start.cells, cells.over, 1);
  Atomics.notify(start.cells, cells.over);
  start.port.close();
}
