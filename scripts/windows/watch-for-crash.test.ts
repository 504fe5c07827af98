import { expect, test } from "vitest";
import { watchForCrash } from "./watch-for-crash.ts";

const words = Buffer.from(
  "003c:err: some\nwineserver crashed, please enable coredumps (ulimit -c unlimited) and restart.\n",
);

test.each([0, 1, 20, 33, words.length])("a crash is heard of, also cut at byte %d", (at) => {
  const { look, crashed } = watchForCrash();
  look(Buffer.from("before it\n"));
  look(words.subarray(0, at));
  look(words.subarray(at));
  look(Buffer.from("after it\n"));
  expect(crashed.aborted).toBe(true);
});

test("other words of Wine are none", () => {
  const { look, crashed } = watchForCrash();
  look(Buffer.from("wine: started\nserver crashed"));
  look(Buffer.from("wineserver: ok\n"));
  expect(crashed.aborted).toBe(false);
});
