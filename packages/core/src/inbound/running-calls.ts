import type { Limits } from "../transport/limits.js";
import { Bag } from "./bag.js";
import type { CalledKind } from "./deferred-calls.js";
import type { RunningCall } from "./prepare-call.js";
import { BudgetShare, callBudgets } from "./process-budget.js";

/** Calls whose handlers run, and the room that they leave to others: so many at once, and for each kind so much memory. */
export class RunningCalls implements Iterable<RunningCall> {
  readonly #limits: Limits;
  readonly #calls = new Bag<RunningCall>();
  readonly #bytes = { service: 0, object: 0 };
  readonly #shares: { readonly [kind in CalledKind]: BudgetShare };

  /** @param onRoom called when other connections have left room that was missing here. */
  constructor(limits: Limits, onRoom: () => void) {
    this.#limits = limits;
    const { maxProcessBytes } = limits;
    this.#shares = {
      service: new BudgetShare(callBudgets.service, maxProcessBytes, onRoom),
      object: new BudgetShare(callBudgets.object, maxProcessBytes, onRoom),
    };
  }

  get size(): number {
    return this.#calls.size;
  }

  /** True if the limit of concurrent calls is reached. */
  get full(): boolean {
    return this.#calls.size >= this.#limits.maxCallsInFlight;
  }

  /** True if a call of a kind may start that takes so much memory. */
  hasRoom(kind: CalledKind, bytes: number): boolean {
    return this.#bytes[kind] < this.#limits.maxRunningBytes && this.#shares[kind].hasRoom(bytes);
  }

  add(call: RunningCall): void {
    this.#calls.add(call);
    this.#bytes[call.kind] += call.bytes;
    this.#shares[call.kind].add(call.bytes);
  }

  /** Returns false if it was not running: what only looks like a promise may settle twice. */
  delete(call: RunningCall): boolean {
    if (call.place < 0) return false;
    this.#calls.delete(call);
    this.giveBack(call);
    return true;
  }

  /** The handler of a call has ended: what the call brought counts no more. */
  giveBack(call: RunningCall): void {
    this.#bytes[call.kind] -= call.bytes;
    this.#shares[call.kind].remove(call.bytes);
    call.bytes = 0;
  }

  /** The connection is over. Handlers go on, and their memory counts until they have ended. */
  clear(): void {
    this.#calls.clear();
    for (const share of Object.values(this.#shares)) share.forget();
  }

  [Symbol.iterator](): Iterator<RunningCall> {
    return this.#calls[Symbol.iterator]();
  }
}
