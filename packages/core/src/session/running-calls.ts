import type { Limits } from "../transport/limits.js";
import { Bag } from "./bag.js";
import type { CalledKind } from "./deferred-calls.js";
import type { RunningCall } from "./prepare-call.js";

/** Calls whose handlers run, and what they leave to others: so many at once, and for each kind so many bytes of messages. */
export class RunningCalls implements Iterable<RunningCall> {
  readonly #limits: Limits;
  readonly #calls = new Bag<RunningCall>();
  readonly #bytes = { service: 0, object: 0 };

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** As many run as may. */
  get full(): boolean {
    return this.#calls.size >= this.#limits.maxCallsInFlight;
  }

  /** Whether those of a kind hold fewer bytes than they may. */
  hasRoom(kind: CalledKind): boolean {
    return this.#bytes[kind] < this.#limits.maxRunningBytes;
  }

  add(call: RunningCall): void {
    this.#calls.add(call);
    this.#bytes[call.kind] += call.bytes;
  }

  /** False if it was not running: what only looks like a promise may settle twice. */
  delete(call: RunningCall): boolean {
    if (call.place < 0) return false;
    this.#calls.delete(call);
    this.#bytes[call.kind] -= call.bytes;
    return true;
  }

  clear(): void {
    this.#calls.clear();
  }

  [Symbol.iterator](): Iterator<RunningCall> {
    return this.#calls[Symbol.iterator]();
  }
}
