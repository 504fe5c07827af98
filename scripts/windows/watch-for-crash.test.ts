import { expect, test, vi } from "vitest";
import { LaneCrashedError } from "./lane-crashed-error.ts";
import { watchForCrash } from "./watch-for-crash.ts";

const words = Buffer.from(
  "003c:err: some\nwineserver crashed, please enable coredumps (ulimit -c unlimited) and restart.\n",
);

test.each([0, 1, 20, 33, words.length])("a crash is detected, even if its line is split at byte %d", (at) => {
  const { look, crashed } = watchForCrash();
  look(Buffer.from("before it\n"));
  look(words.subarray(0, at));
  look(words.subarray(at));
  look(Buffer.from("after it\n"));
  expect(crashed.aborted).toBe(true);
});

test("a run that is silent for its time limit counts as hung", () => {
  vi.useFakeTimers();
  using watch = watchForCrash(60_000);
  vi.advanceTimersByTime(59_999);
  watch.look(Buffer.from("a word"));
  vi.advanceTimersByTime(59_999);
  expect(watch.crashed.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(watch.crashed.reason).toBeInstanceOf(LaneCrashedError);
  vi.useRealTimers();
});

test("other output of Wine is not a crash", () => {
  const { look, crashed } = watchForCrash();
  look(Buffer.from("wine: started\nserver crashed"));
  look(Buffer.from("wineserver: ok\n"));
  expect(crashed.aborted).toBe(false);
});
