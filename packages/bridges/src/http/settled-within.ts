import { clearTimeout, setTimeout } from "node:timers";

/** Resolves when all have settled, or after some milliseconds. */
export async function settledWithin(promises: readonly Promise<unknown>[], ms: number): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  await Promise.race([Promise.allSettled(promises), over.promise]);
  clearTimeout(timer);
}
