import { expect, test } from "vitest";
import { LoopShare } from "./loop-share.js";

/** A clock and an event loop under the control of a test. */
class Loop {
  nowMs = 100;
  readonly #turns: (() => void)[] = [];
  readonly share = new LoopShare(
    () => this.nowMs,
    (callback) => this.#turns.push(callback),
  );

  get scheduled(): number {
    return this.#turns.length;
  }

  /** Runs the next turn with all of its microtasks. */
  async turn(): Promise<void> {
    this.#turns.shift()?.();
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/** Runs steps of `stepMs` without ever waiting. */
async function work(loop: Loop, done: { steps: number }, stepMs: number, steps = 1e6): Promise<void> {
  for (let step = 0; step < steps; step++) {
    loop.nowMs += stepMs;
    done.steps++;
    const pause = loop.share.step();
    if (pause !== undefined) await pause;
    else await undefined;
  }
}

test.each([0.001, 0.02, 0.3, 5])(
  "work in steps of %d ms takes about a millisecond of a turn",
  async (stepMs) => {
    const loop = new Loop();
    const done = { steps: 0 };
    void work(loop, done, stepMs);
    await loop.turn();
    for (let turn = 0; turn < 20; turn++) {
      const before = loop.nowMs;
      await loop.turn();
      expect(loop.nowMs - before).toBeGreaterThan(0);
      expect(loop.nowMs - before).toBeLessThan(1.5 + stepMs);
    }
  },
);

test("a thousand tasks share one slice, and each gets its turn", async () => {
  const loop = new Loop();
  const all = Array.from({ length: 1000 }, () => ({ steps: 0 }));
  for (const done of all) void work(loop, done, 0.01);
  await loop.turn();
  const first = all.map(({ steps }) => steps);
  let turns = 0;
  for (; all.some(({ steps }, index) => steps === first[index]); turns++) {
    const before = loop.nowMs;
    await loop.turn();
    expect(loop.nowMs - before).toBeLessThan(2);
    expect(loop.scheduled).toBe(1);
  }
  expect(turns).toBeGreaterThan(5);
  const gained = all.map(({ steps }, index) => steps - (first[index] as number));
  expect(Math.max(...gained)).toBeLessThan(200);
});

test("steps that suddenly become slow do not block the loop for long", async () => {
  const loop = new Loop();
  const done = { steps: 0 };
  await Promise.race([work(loop, done, 0.0001, 5_000), loop.turn()]);
  const slow = { steps: 0 };
  void work(loop, slow, 1);
  for (let turn = 0; turn < 5; turn++) await loop.turn();
  expect(slow.steps).toBeLessThan(64 + 2 * 6);
});

test("nothing is scheduled while there is time", () => {
  const loop = new Loop();
  loop.share.step();
  expect(loop.scheduled).toBe(1);
  expect(loop.share.step()).toBeInstanceOf(Promise);
  expect(loop.scheduled).toBe(1);
});
