import { setImmediate as nextImmediate, setTimeout as sleep } from "node:timers/promises";
import { loopTurn } from "@crosspane/core/transport";
import { afterEach, describe, expect, test } from "vitest";
import { maxPollUs, minPollUs, shortSleepUs } from "./limits.js";
import { type Pollable, Polling, poller } from "./poller.js";

const max = maxPollUs / 1000;
const min = minPollUs / 1000;
const short = shortSleepUs / 1000;

describe("Polling", () => {
  test("halves after each poll without a message, down to its minimum", () => {
    const polling = new Polling();
    for (let i = 0; i < 10; i++) polling.fellAsleep(0);
    expect(polling.budget).toBe(min);
  });

  test("is long again after a short sleep, not after a long one", () => {
    const polling = new Polling();
    polling.budget = min;
    polling.fellAsleep(0);
    polling.wasWoken(short + 1);
    expect(polling.budget).toBe(min);
    polling.fellAsleep(10);
    polling.wasWoken(10 + short / 2);
    expect(polling.budget).toBe(max);
  });

  test("full polls that keep the peer waiting become rarer, until one pays", () => {
    const polling = new Polling();
    let full = 0;
    const rounds = 1000;
    for (let now = 0; now < rounds; now++) {
      if (polling.budget === max) full++;
      polling.fellAsleep(now);
      polling.wasWoken(now);
    }
    expect(full).toBeGreaterThan(5);
    expect(full).toBeLessThan(rounds / 20);
    polling.paid();
    polling.budget = min;
    polling.fellAsleep(0);
    polling.wasWoken(0);
    expect(polling.budget).toBe(max);
  });

  test("full polls that fail because the peer is busy elsewhere do not make the next ones rarer", () => {
    const polling = new Polling();
    for (let now = 0; now < 1000; now += 100) {
      polling.budget = max;
      polling.fellAsleep(now);
      polling.wasWoken(now + 50);
    }
    polling.budget = min;
    polling.fellAsleep(2000);
    polling.wasWoken(2000);
    expect(polling.budget).toBe(max);
  });
});

describe("the poller", () => {
  const made: Pollable[] = [];
  afterEach(() => {
    for (const each of made.splice(0)) poller.cool(each);
  });

  function pollable(poll: () => boolean, asleep: () => boolean = () => true): Pollable {
    const each = { polling: new Polling(), poll, sleep: asleep };
    made.push(each);
    return each;
  }

  test("puts an idle connection to sleep and stops", async () => {
    let [polls, sleeps] = [0, 0];
    const each = pollable(
      () => {
        polls++;
        return false;
      },
      () => {
        sleeps++;
        return true;
      },
    );
    poller.heat(each);
    await expect.poll(() => sleeps).toBe(1);
    expect(each.polling.isHot).toBe(false);
    const before = polls;
    await sleep(20);
    expect(polls).toBe(before);
  });

  test("continues with a connection that finds more while it falls asleep", async () => {
    let sleeps = 0;
    const each = pollable(
      () => false,
      () => ++sleeps > 2,
    );
    poller.heat(each);
    await expect.poll(() => sleeps).toBe(3);
  });

  test("runs promises between two looks, and timers and I/O regularly, under any load", async () => {
    let [looks, ran] = [0, 0];
    const behind = new Set<number>();
    poller.heat(
      pollable(() => {
        behind.add(looks - ran);
        looks++;
        void Promise.resolve().then(() => ran++);
        return true;
      }),
    );
    while (looks < 1000) await nextImmediate();
    for (let i = 0; i < 5; i++) await sleep(1);
    expect([...behind]).toEqual([0]);
  });

  test("does not delay a turn of the event loop that other work waits for", async () => {
    let looks = 0;
    poller.heat(
      pollable(
        () => {
          looks++;
          return false;
        },
        () => false,
      ),
    );
    await nextImmediate();
    const [before, after] = await new Promise<[number, number]>((resolve) => {
      const started = looks;
      loopTurn.request(() => resolve([started, looks]));
    });
    expect(after - before).toBeLessThan(3);
  });

  test("a connection may stop the polling of another while it is polled", async () => {
    const second = pollable(() => false);
    const first = pollable(() => {
      poller.cool(second);
      poller.cool(first);
      return true;
    });
    poller.heat(first);
    poller.heat(second);
    await sleep(10);
    expect([first.polling.isHot, second.polling.isHot]).toEqual([false, false]);
  });
});
