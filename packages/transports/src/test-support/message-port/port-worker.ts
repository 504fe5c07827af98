import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { Transport } from "@crosspane/core/transport";
import { PortAddress } from "./port-address.js";

/** A conformance server in a worker thread: each dial passes it one end of a channel. */
export class PortWorker {
  readonly transport: Transport;
  readonly #worker: Worker;

  constructor() {
    const path = (file: string) => new URL(file, import.meta.url);
    this.#worker = new Worker(fileURLToPath(path("worker-server.ts")), {
      execArgv: ["--disable-warning=ExperimentalWarning", "--import", path("../run-sources.mjs").href],
    });
    this.transport = new PortAddress((port) => this.#worker.postMessage(port, [port])).transport;
  }

  async stop(): Promise<void> {
    const exited = once(this.#worker, "exit");
    this.#worker.postMessage(null);
    await exited;
  }
}
