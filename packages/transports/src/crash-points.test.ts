import { describe, expect, test } from "vitest";
import { lockStaleMs } from "./byte-stream/byte-stream-limits.js";
import { type CrashPoint, choosePoints, describePoint, spread } from "./test-support/crash/crash-point.js";
import { type Survival, Survivor } from "./test-support/crash/survivor.js";
import { systemObjects } from "./test-support/load/usage.js";
import { noticeMs as busyNoticeMs } from "./test-support/notice-ms.js";
import { addresses } from "./test-support/targets.js";

/** Set by `npm run crash-points` for many points instead of a few. */
const all = process.env["CROSSPANE_CRASH_POINTS"] === "all";
/** Points for each side of each transport. */
const leastPoints = 40;
/**
 * Limits the points, because with a kind for every word of shared memory there would be hundreds.
 */
const mostPoints = 80;
const shortPoints = 12;
/** Further points, in place of those that a victim does not reach. */
const sparePoints = 4;

const underWine = process.env["WINEHOMEDIR"] !== undefined;

/**
 * Milliseconds from the end of a process until the other side has failed its calls. All points are
 * tried on an idle machine.
 */
const noticeMs = all ? 500 : busyNoticeMs;

/**
 * Milliseconds until the next connection has its first result. A Unix socket's name is locked while
 * a server starts. The lock of one that was killed at that moment delays the next one until it
 * counts as stale.
 */
function reconnectMs(name: string): number {
  // The survivor itself waits for the connection.
  if (!all) return Number.POSITIVE_INFINITY;
  return name === "pipe" && process.platform !== "win32" ? lockStaleMs + 1_000 : 1_000;
}

/** Objects that come and go with the test runner. */
const slack = { handles: 6, windows: 0, threads: 2 };

/** Under Wine the TCP socket of a busy process sometimes outlives it: docs/testing.md. */
const reachable = addresses.filter(
  ({ name, betweenProcesses }) => betweenProcesses && !(underWine && name === "tcp"),
);

describe.each(reachable)("over $name", ({ name, unused }) => {
  test.each(["client", "server"] as const)(
    "a %s that is killed at any point of a conversation",
    { timeout: all ? 600_000 : 300_000 },
    async (role) => {
      const survivor = await Survivor.start(await unused(), role);
      try {
        const { tally } = await survivor.face();
        const points = choosePoints(tally ?? {}, leastPoints + sparePoints);
        expect(points.length).toBeGreaterThanOrEqual(leastPoints);
        // The first crash creates what exists once, and so does the first look.
        await survivor.face(points[0]);
        await systemObjects();
        const before = await systemObjects();
        const survivals = await faceAll(
          survivor,
          points,
          all ? Math.min(points.length, mostPoints) : shortPoints,
        );
        expect(survivals.length).toBeGreaterThanOrEqual(all ? leastPoints : shortPoints);
        expect(survivals.filter(({ problems }) => problems.length > 0).map(describe1)).toEqual([]);
        expect(survivals.filter(({ noticedMs }) => noticedMs > noticeMs).map(describe1)).toEqual([]);
        expect(
          survivals.filter(({ reconnectedMs }) => reconnectedMs > reconnectMs(name)).map(describe1),
        ).toEqual([]);
        expect(survivals.some(({ lostCalls }) => lostCalls > 0)).toBe(true);
        if (all) report(name, role, survivals);
        await expect.poll(() => grown(before)).toEqual([]);
      } finally {
        await survivor.close();
      }
    },
  );
});

/**
 * Runs victims at `count` of the points, spread over all, or at others if some are not reached: the
 * number of reads or wakes of a conversation varies.
 * @returns the points that were hit, each once.
 */
async function faceAll(
  survivor: Survivor,
  points: readonly CrashPoint[],
  count: number,
): Promise<readonly Survival[]> {
  const hits = new Map<string, Survival>();
  for (const point of new Set([...spread(points, count), ...points])) {
    if (hits.size === count) break;
    for (let { number } = point; number >= 1; number >>= 1) {
      const earlier = { ...point, number };
      if (hits.has(describePoint(earlier))) break;
      const survival = await survivor.face(earlier);
      if (!survival.isHit) continue;
      hits.set(describePoint(earlier), survival);
      break;
    }
  }
  return [...hits.values()];
}

/** Returns the kinds of objects that have grown. */
async function grown(before: Awaited<ReturnType<typeof systemObjects>>): Promise<readonly string[]> {
  const now = await systemObjects();
  return (["handles", "windows", "threads"] as const)
    .filter((kind) => now[kind] > before[kind] + slack[kind])
    .map((kind) => `${kind}: ${before[kind]} before, ${now[kind]} now`);
}

function describe1({ point, ...survival }: Survival): string {
  const { noticedMs, reconnectedMs, problems } = survival;
  const where = point === undefined ? "no point" : describePoint(point);
  return `${where}: noticed after ${noticedMs.toFixed()} ms, reconnected in ${reconnectedMs.toFixed()} ms; ${problems.join("; ")}`;
}

function report(name: string, role: string, survivals: readonly Survival[]): void {
  const worst = (of: (survival: Survival) => number) => Math.max(...survivals.map(of)).toFixed();
  const lost = survivals.reduce((sum, { lostCalls }) => sum + lostCalls, 0);
  process.stdout.write(
    `${name}, ${role} killed at ${survivals.length} points: ${lost} calls lost, ` +
      `noticed within ${worst(({ noticedMs }) => noticedMs)} ms, ` +
      `a new connection had its answer within ${worst(({ reconnectedMs }) => reconnectedMs)} ms\n`,
  );
}
