import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Deadline, sleep } from "./deadline.js";

vi.mock("../runtime/real-time.js", () => import("../test-support/global-time.js"));

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test("expires once, when its time has passed", () => {
  const onExpire = vi.fn();
  const deadline = new Deadline(100, onExpire);
  vi.advanceTimersByTime(99);
  expect(onExpire).not.toHaveBeenCalled();
  expect(deadline.remainingMs).toBeCloseTo(1);
  vi.advanceTimersByTime(1000);
  expect(onExpire).toHaveBeenCalledTimes(1);
  expect(deadline.remainingMs).toBe(0);
});

test("clear removes the timer", () => {
  const onExpire = vi.fn();
  new Deadline(100, onExpire).clear();
  expect(vi.getTimerCount()).toBe(0);
});

test("an infinite deadline starts no timer", () => {
  expect(new Deadline(Number.POSITIVE_INFINITY, () => {}).remainingMs).toBe(Number.POSITIVE_INFINITY);
  expect(vi.getTimerCount()).toBe(0);
});

test("a deadline of a month, longer than a timer can run, expires on time", () => {
  const monthMs = 31 * 24 * 3600 * 1000;
  const onExpire = vi.fn();
  new Deadline(monthMs, onExpire);
  vi.advanceTimersByTime(monthMs - 1);
  expect(onExpire).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onExpire).toHaveBeenCalledTimes(1);
});

test("a jump of the wall clock does not move a deadline", () => {
  const onExpire = vi.fn();
  new Deadline(1000, onExpire);
  vi.setSystemTime(Date.now() + 8 * 3600 * 1000);
  vi.advanceTimersByTime(500);
  expect(onExpire).not.toHaveBeenCalled();
});

test("sleep ends early on abort and leaves no timer", async () => {
  const controller = new AbortController();
  const sleeping = sleep(10_000, controller.signal);
  controller.abort();
  await sleeping;
  expect(vi.getTimerCount()).toBe(0);
});
