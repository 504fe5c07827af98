import { assertOptions, type OptionNames } from "../errors/assert-options.js";
import { RpcError } from "../errors/rpc-error.js";
import type { InterceptedCall, Interceptor } from "./interceptor.js";
import { isAsyncIterable, watchIterable } from "./watch-iterable.js";

/** Options for `concurrencyLimit`. */
export interface ConcurrencyLimitOptions {
  /**
   * Number of calls that run at once, in each of the two directions; a stream runs until it ends.
   */
  readonly maxCalls: number;
  /**
   * Number of calls that wait; further ones fail with `resourceExhausted`. Equal to `maxCalls` by
   * default.
   */
  readonly maxQueued?: number;
}

const optionNames = { maxCalls: true, maxQueued: true } satisfies OptionNames<ConcurrencyLimitOptions>;

/**
 * Limits the calls that run at once over all connections that it is given to. Further calls wait in
 * order, until their deadline. Calls made and calls handled are counted separately. If a handler
 * waits for a call that waits for that handler, only a deadline ends it.
 * @throws {RpcError} `invalidArgument` for an option out of its range.
 */
export function concurrencyLimit(options: ConcurrencyLimitOptions): Interceptor {
  assertOptions("concurrencyLimit", options, optionNames);
  const { maxCalls, maxQueued = maxCalls } = options;
  if (!Number.isInteger(maxCalls) || maxCalls < 1 || !Number.isInteger(maxQueued) || maxQueued < 0) {
    throw new RpcError(
      "invalidArgument",
      "concurrencyLimit: maxCalls must be a whole number from 1, maxQueued one from 0",
    );
  }
  const gates = { client: new Gate(maxCalls, maxQueued), server: new Gate(maxCalls, maxQueued) };
  return async (call, next) => {
    // A call that is refused anyway must not take the slot of another.
    if (call.refusal !== undefined) return next(call);
    const gate = gates[call.side];
    await gate.enter(call);
    let result: unknown;
    try {
      result = await next(call);
    } catch (thrown) {
      gate.leave();
      throw thrown;
    }
    if (call.kind === "stream" && isAsyncIterable(result)) return leaving(gate, result);
    gate.leave();
    return result;
  };
}

/** Releases the slots of streams that the program forgot to leave, once they are collected. */
const forgotten =
  typeof FinalizationRegistry === "undefined"
    ? undefined
    : new FinalizationRegistry<Gate>((gate) => gate.leave());

/** Returns the same stream, which leaves the gate when it ends. */
function leaving(gate: Gate, items: AsyncIterable<unknown>): AsyncIterable<unknown> {
  const entry = {};
  const stream = watchIterable(items, () => {
    forgotten?.unregister(entry);
    gate.leave();
  });
  forgotten?.register(stream, gate, entry);
  return stream;
}

/** Lets a number of calls in; the others wait in order. */
class Gate {
  readonly #maxCalls: number;
  readonly #maxQueued: number;
  readonly #queue = new Set<() => void>();
  #inside = 0;

  constructor(maxCalls: number, maxQueued: number) {
    this.#maxCalls = maxCalls;
    this.#maxQueued = maxQueued;
  }

  /**
   * Resolves when the call may run. Rejects if the queue is full, or once its caller has given up.
   */
  async enter({ label, signal }: InterceptedCall): Promise<void> {
    if (this.#inside < this.#maxCalls) {
      this.#inside++;
      return;
    }
    if (this.#queue.size >= this.#maxQueued) {
      const full = `${label}: maxCalls = ${this.#maxCalls} calls run and maxQueued = ${this.#maxQueued} wait`;
      throw new RpcError("resourceExhausted", full);
    }
    await new Promise<void>((resolve, reject) => {
      const admitted = () => {
        signal.removeEventListener("abort", gaveUp);
        resolve();
      };
      const gaveUp = () => {
        this.#queue.delete(admitted);
        reject(signal.reason);
      };
      if (signal.aborted) return reject(signal.reason);
      this.#queue.add(admitted);
      signal.addEventListener("abort", gaveUp, { once: true });
    });
  }

  /** Passes the slot of a call that has ended to the next one. */
  leave(): void {
    const [next] = this.#queue;
    if (next === undefined) {
      this.#inside--;
      return;
    }
    this.#queue.delete(next);
    next();
  }
}
