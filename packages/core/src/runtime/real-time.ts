/** Handle of a running timer. */
export type Timer = ReturnType<typeof setTimeout>;

interface Timers extends Pick<typeof globalThis, "setTimeout" | "clearTimeout"> {
  readonly setImmediate?: (run: () => void) => unknown;
}

interface Port {
  onmessage: (() => void) | null;
  postMessage(message: unknown): void;
}

interface RuntimeWithChannels {
  readonly MessageChannel?: new () => { readonly port1: Port; readonly port2: Port };
}

interface RuntimeWithModules {
  readonly process?: {
    getBuiltinModule?(name: "timers"): Timers;
    getBuiltinModule?(name: "perf_hooks"): Pick<typeof globalThis, "performance">;
  };
}

/**
 * The timer functions as they are when this module is loaded. Test frameworks replace the global
 * ones by fakes, and a deadline, a handshake or the delivery of a message must not stop with them.
 * Node's modules are asked first: jest replaces only the globals, so these are real even if a test
 * fakes its timers before it loads this module.
 */
const { process } = globalThis as RuntimeWithModules;
const timers: Timers = process?.getBuiltinModule?.("timers") ?? globalThis;
const clock = process?.getBuiltinModule?.("perf_hooks")?.performance ?? performance;
const { setTimeout: start, clearTimeout: stop } = timers;
const { now: read } = clock;
const settled = Promise.resolve();

/**
 * Runs a function once, after `delayMs` milliseconds of real time; without a delay, in a turn of
 * its own.
 */
export function startTimer(run: () => void, delayMs = 0): Timer {
  return start(run, delayMs);
}

/** Stops a timer that has not fired. */
export function stopTimer(timer: Timer | undefined): void {
  stop(timer);
}

/** Returns the milliseconds of the monotonic clock. */
export function now(): number {
  return read.call(clock);
}

/**
 * Runs a function, which must not throw, in a microtask. A promise cannot be faked, and costs less
 * than Node's `queueMicrotask`.
 */
export function microtask(run: () => void): void {
  void settled.then(run);
}

/** Runs a function in a later turn of the event loop. */
export const nextTurn: (run: () => void) => void = nextTurnOf(
  timers,
  globalThis as unknown as RuntimeWithChannels,
);

/** Selects the fastest way to a later turn. `setTimeout` idles for a millisecond. */
function nextTurnOf(
  { setImmediate }: Timers,
  { MessageChannel }: RuntimeWithChannels,
): (run: () => void) => void {
  if (setImmediate !== undefined) return (run) => void setImmediate(run);
  if (MessageChannel === undefined) return (run) => void startTimer(run);
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return (run) => {
    waiting.push(run);
    port2.postMessage(undefined);
  };
}
