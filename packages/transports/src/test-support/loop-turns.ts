import { setTimeout as sleep } from "node:timers/promises";

/** Waits of one measurement. On a busy machine something else may fill one with turns. */
const waits = 5;

/**
 * Counts the turns of this thread's event loop during an idle time of the caller, and returns the
 * least of some waits. Polling, by timers or otherwise, shows as hundreds in each of them. The wait
 * itself and the test runner take a few.
 */
export async function loopTurnsWithin(ms: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < waits; i++) {
    const before = performance.nodeTiming.uvMetricsInfo.loopCount;
    await sleep(ms);
    least = Math.min(least, performance.nodeTiming.uvMetricsInfo.loopCount - before);
  }
  return least;
}
