/**
 * Starts and stops servers and clients, then ends in the given way: `start-stop.ts ENDPOINT TIMES
 * WAY`.
 *
 * - `return`: everything was closed, and the program has nothing more to do;
 * - `exit`: `process.exit(7)` with connections open and calls in flight;
 * - `handler`: `process.exit(7)` inside a handler;
 * - `answer`: `process.exit(7)` when a result arrives;
 * - `worker`: a worker thread does all of it and is terminated in the middle of calls.
 */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { connect, serve } from "@crosspane/transports";
import { Load, loadImplementation } from "../load/load-service.js";

const expected = 7;

interface Task {
  readonly endpoint: string;
  readonly times: number;
  readonly way: string;
}

async function startAndStop(endpoint: string, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const server = await serve(endpoint, [loadImplementation], { onError: () => {} });
    const connection = await connect(server.endpoint, { timeoutMs: 120_000 });
    if ((await connection.client(Load).add(i, 1)) !== i + 1) throw new Error("a wrong answer");
    await connection.close();
    await server.close();
  }
}

async function endInTheMiddle({ endpoint, way }: Task): Promise<void> {
  const exit = (): never => process.exit(expected);
  const base = loadImplementation.implementation as Load;
  const implementation: Load = way === "handler" ? { ...base, add: async () => exit() } : base;
  await serve(endpoint, [Load.implement(implementation)], { onError: () => {} });
  const connection = await connect(endpoint, { timeoutMs: 120_000 });
  const load = connection.client(Load);
  for (let i = 0; i < 5; i++) void load.hold().catch(() => {});
  void load.echo(new Uint8Array(500_000)).catch(() => {});
  if (way === "exit") exit();
  await load.add(1, 1);
  if (way === "answer") exit();
}

if (isMainThread) {
  const [endpoint = "", times = "1", way = "return"] = process.argv.slice(2);
  const task: Task = { endpoint, times: Number(times), way };
  if (way === "worker") {
    // A terminated thread must neither end the process nor leak what the system holds for it.
    for (let i = 0; i < 3; i++) {
      const worker = new Worker(new URL(import.meta.url), { workerData: { ...task, times: 1 } });
      await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
      await worker.terminate();
    }
    await startAndStop(endpoint, 1);
    process.exitCode = expected;
  } else {
    await startAndStop(endpoint, task.times);
    if (way === "return") process.exitCode = expected;
    else await endInTheMiddle(task);
  }
} else {
  const task = workerData as Task;
  await startAndStop(task.endpoint, task.times);
  await endInTheMiddle(task);
  parentPort?.postMessage("in the middle");
}
