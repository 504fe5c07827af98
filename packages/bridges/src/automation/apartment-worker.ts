/**
 * Entry point of a thread that COM calls. `ApartmentThread` starts it by the name
 * `#automation-apartment`.
 */
import { workerData } from "node:worker_threads";
import { type ApartmentEvent, type ApartmentStart, cells } from "./messages.js";

const start = workerData as ApartmentStart;
try {
  const { Apartment } = await import("./apartment.js");
  const apartment = new Apartment(start);
  Atomics.store(start.cells, cells.running, 1);
  apartment.run();
} catch (thrown) {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  start.port.postMessage({ kind: "failed", message } satisfies ApartmentEvent);
} finally {
  Atomics.store(start.cells, cells.over, 1);
  Atomics.notify(start.cells, cells.over);
  start.port.close();
}
