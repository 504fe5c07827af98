import { isMainThread } from "node:worker_threads";
import { addEnvironmentCleanupHook, removeEnvironmentCleanupHook } from "./node-exe.js";
import type { Address } from "./types.js";

/**
 * Registers a native function that runs when this thread's JavaScript ends without a chance to
 * clean up, for example by `worker.terminate()`. Does nothing on the main thread: there the process
 * ends, and the system cleans up.
 * @param run the address of a function of one argument; it must not need JavaScript.
 * @returns a function that unregisters it, to be called after an orderly clean-up.
 */
export function atWorkerEnd(run: Address, argument: number): () => void {
  if (isMainThread) return nothing;
  addEnvironmentCleanupHook(run, argument);
  return () => removeEnvironmentCleanupHook(run, argument);
}

const nothing = () => {};
