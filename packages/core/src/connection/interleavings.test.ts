import * as fc from "fast-check";
import { afterEach, beforeEach, test, vi } from "vitest";
import { steps } from "../test-support/interleavings/commands.js";
import { type Clock, Interleaving } from "../test-support/interleavings/interleaving.js";
import { defaultLimits } from "../transport/limits.js";

vi.mock("../runtime/real-time.js", () => import("../test-support/global-time.js"));

/** True in runs where no one waits, and only on one system: the cases do not depend on it. */
const inFull = process.env["CI"] && process.env["WINEHOMEDIR"] === undefined;
/** 10,000 in a full run, or the number in `CROSSPANE_INTERLEAVINGS`; few otherwise. */
const runs = Number(process.env["CROSSPANE_INTERLEAVINGS"] ?? (inFull ? 10_000 : 1_000));

const clock: Clock = {
  advance: (ms) => {
    vi.advanceTimersByTime(ms);
  },
  get timers() {
    return vi.getTimerCount();
  },
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** Small limits, so that calls are queued and refused. */
const limits = fc.record({
  maxCallsInFlight: fc.constantFrom(2, 5, defaultLimits.maxCallsInFlight),
  maxRunningBytes: fc.constantFrom(1, defaultLimits.maxRunningBytes),
  maxDeferredBytes: fc.constantFrom(3_000, defaultLimits.maxDeferredBytes),
});

test("however calls, answers, cancellations, deadlines and ends interleave, each call settles as it may and nothing is left", {
  timeout: 300_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(limits, steps, async (given, commands) => {
      // A failed run leaves some behind.
      vi.clearAllTimers();
      const run = new Interleaving(given, clock);
      await run.open();
      await fc.asyncModelRun(() => ({ model: run.ledger, real: run }), commands);
      await run.windDown();
    }),
    { numRuns: runs },
  );
});
