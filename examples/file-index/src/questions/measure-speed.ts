import type { FileIndex } from "../file-index.service.js";

/** The speed of small calls on one connection. */
export interface Speed {
  /** The median of calls made one after the other. */
  readonly p50Us: number;
  /** Calls a second with {@link inFlight} calls in flight at any time. */
  readonly callsPerSecond: number;
}

export const inFlight = 64;
/** The call that is measured: a small answer from the server's memory. */
export const calledForSpeed = 'entry(".")';

const warmUpMs = 150;
const measureMs = 400;

/**
 * Measures for about a second. The figures are only as good as the machine is quiet; `bench/`
 * measures with care.
 */
export async function measureSpeed(index: FileIndex): Promise<Speed> {
  const call = () => index.entry(".");
  await callsWithin(warmUpMs, call);
  const times: number[] = [];
  let last = performance.now();
  for (const until = last + measureMs; last < until; ) {
    await call();
    const now = performance.now();
    times.push(now - last);
    last = now;
  }
  const p50Ms = times.sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
  const startedAt = performance.now();
  const calls = await callsWithin(measureMs, call);
  const seconds = (performance.now() - startedAt) / 1000;
  return { p50Us: p50Ms * 1000, callsPerSecond: calls / seconds };
}

/** Keeps calls in flight for a time; returns how many were answered. */
async function callsWithin(ms: number, call: () => Promise<unknown>): Promise<number> {
  const until = performance.now() + ms;
  let calls = 0;
  const callAgainAndAgain = async () => {
    while (performance.now() < until) {
      await call();
      calls += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, callAgainAndAgain));
  return calls;
}
