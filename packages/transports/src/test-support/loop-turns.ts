import { setTimeout as sleep } from "node:timers/promises";

/**
 * Counts the turns of this thread's event loop during an idle time of the caller. Polling, by
 * timers or otherwise, shows as hundreds on any machine. The wait itself and the test runner take a
 * few.
 */
export async function loopTurnsWithin(ms: number): Promise<number> {
  const before = performance.nodeTiming.uvMetricsInfo.loopCount;
  await sleep(ms);
  return performance.nodeTiming.uvMetricsInfo.loopCount - before;
}
