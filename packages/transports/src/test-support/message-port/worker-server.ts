/**
 * A conformance server in a worker thread. Each message from its parent is a port with one more
 * connection; null ends it.
 */
import { type MessagePort, parentPort } from "node:worker_threads";
import { serveConformance } from "@crosspane/core/testing";
import { PortAddress } from "./port-address.js";

const address = new PortAddress();
const server = await serveConformance(address.transport);
parentPort?.on("message", async (port: MessagePort | null) => {
  if (port !== null) return address.accept(port);
  await server.close();
  parentPort?.close();
});
