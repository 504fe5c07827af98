import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { forEachConcurrently } from "./for-each-concurrently.js";

test("processes all items, with limited concurrency", async () => {
  const seen: number[] = [];
  let running = 0;
  let most = 0;
  await forEachConcurrently([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    most = Math.max(most, ++running);
    await sleep(1);
    running -= 1;
    seen.push(item);
  });
  expect(seen.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(3);
});

test("after a failure it waits for running items and starts no more", async () => {
  const begun: number[] = [];
  let ended = 0;
  const work = forEachConcurrently([1, 2, 3, 4, 5], 2, async (item) => {
    begun.push(item);
    if (item === 1) throw new Error("no");
    await sleep(5);
    ended += 1;
  });
  await expect(work).rejects.toThrow("no");
  expect(begun).toEqual([1, 2]);
  expect(ended).toBe(1);
});
