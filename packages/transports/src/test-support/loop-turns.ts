import { setTimeout as sleep } from "node:timers/promises";

/**
 * How often the event loop of this thread turns within a time in which the caller does nothing: what polls, by timers or otherwise, shows as
 * hundreds, however slow the machine. The wait itself and the test runner take a few.
 */
export async function loopTurnsWithin(ms: number): Promise<number> {
  const before = performance.nodeTiming.uvMetricsInfo.loopCount;
  await sleep(ms);
  return performance.nodeTiming.uvMetricsInfo.loopCount - before;
}
