import { isMainThread } from "node:worker_threads";
import { addEnvironmentCleanupHook, removeEnvironmentCleanupHook } from "./node-exe.js";
import type { Address } from "./types.js";

/**
 * Has a function of the system called when this thread's JavaScript ends without a chance to clean up, as by `worker.terminate()`. On the
 * main thread that is the end of the process, which cleans up by itself.
 * @param run the address of a function of one argument; it must not need JavaScript.
 * @returns what undoes it, to be called when the clean-up was done in order.
 */
export function atWorkerEnd(run: Address, argument: number): () => void {
  if (isMainThread) return nothing;
  addEnvironmentCleanupHook(run, argument);
  return () => removeEnvironmentCleanupHook(run, argument);
}

const nothing = () => {};
