import type { Timer } from "../runtime/real-time.js";

/**
 * Replaces `runtime/real-time.ts` in tests that move the clock of core: these are the global
 * functions, which fake timers replace. `vi.mock("../runtime/real-time.js", () =>
 * import("../test-support/global-time.js"))`
 */
export function startTimer(run: () => void, delayMs = 0): Timer {
  return setTimeout(run, delayMs);
}

export function stopTimer(timer: Timer | undefined): void {
  clearTimeout(timer);
}

export function now(): number {
  return performance.now();
}

export function microtask(run: () => void): void {
  void Promise.resolve().then(run);
}

const { setImmediate } = globalThis as unknown as { setImmediate(run: () => void): unknown };

/** Turns of the event loop are not time: they come by themselves, also with a fake clock. */
export function nextTurn(run: () => void): void {
  setImmediate(run);
}
