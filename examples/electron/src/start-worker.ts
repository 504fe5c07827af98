import { MessageChannel, Worker } from "node:worker_threads";
import type { GetPort } from "@crosspane/transports/message-port";

/** Starts the service in a thread; it replaces the work of main and preload in Electron. */
export interface NotebookWorker {
  readonly getPort: GetPort;
  stop(): Promise<void>;
}

export function startWorker(file: string): NotebookWorker {
  const worker = new Worker(new URL("worker.js", import.meta.url), { workerData: file });
  return {
    async getPort() {
      const { port1, port2 } = new MessageChannel();
      worker.postMessage(port2, [port2]);
      return port1;
    },
    async stop() {
      await worker.terminate();
    },
  };
}
