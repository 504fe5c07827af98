import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { StallWatch } from "./stall-watch.js";

vi.mock("../runtime/real-time.js", () => import("../test-support/global-time.js"));

let nowMs: number;
let received: number;
let isInside: boolean;
let stalls: number;
let watch: StallWatch;

beforeEach(() => {
  nowMs = 1_000;
  received = 100;
  isInside = true;
  stalls = 0;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  watch = new StallWatch({
    receivedBytes: () => received,
    isInsideMessage: () => isInside,
    stalled: () => {
      stalls++;
      watch.stop();
    },
  });
  watch.limitMs = 400;
});
afterEach(() => {
  watch.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Advances the time while this process runs. */
function run(ms: number): void {
  for (let left = ms; left > 0; left -= 10) {
    nowMs += Math.min(10, left);
    vi.advanceTimersByTime(Math.min(10, left));
  }
}

test("a stalled message is reported once, after its time", () => {
  watch.watch();
  run(390);
  expect(stalls).toBe(0);
  run(120);
  expect(stalls).toBe(1);
  run(1_000);
  expect(stalls).toBe(1);
});

test("a peer that sends a byte now and then may take any time", () => {
  watch.watch();
  for (let byte = 0; byte < 50; byte++) {
    run(300);
    received++;
    watch.watch();
  }
  expect(stalls).toBe(0);
  run(600);
  expect(stalls).toBe(1);
});

test("a byte that is read only after the last look counts", () => {
  watch.watch();
  run(390);
  nowMs += 10;
  setTimeout(() => received++, 10);
  vi.advanceTimersByTime(10);
  run(10);
  expect(stalls).toBe(0);
});

test("time in which this process did not run does not count", () => {
  watch.watch();
  for (let stop = 0; stop < 10; stop++) {
    run(200);
    nowMs += 3_600_000;
    vi.advanceTimersByTime(100);
  }
  expect(stalls).toBe(0);
  run(600);
  expect(stalls).toBe(1);
});

test("a complete message ends the watch, and the next unfinished one starts it", () => {
  watch.watch();
  run(50);
  isInside = false;
  run(100);
  expect(vi.getTimerCount()).toBe(0);
  run(1_000);
  isInside = true;
  watch.watch();
  run(390);
  expect(stalls).toBe(0);
  run(120);
  expect(stalls).toBe(1);
});

test("nothing is watched without a limit", () => {
  watch.limitMs = Number.POSITIVE_INFINITY;
  watch.watch();
  expect(vi.getTimerCount()).toBe(0);
});
