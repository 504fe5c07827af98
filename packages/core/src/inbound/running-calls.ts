import type { Limits } from "../transport/limits.js";
import type { CalledKind } from "./deferred-calls.js";
import type { RunningCall } from "./prepare-call.js";
import { BudgetShare, callBudgets } from "./process-budget.js";
import { SwapRemoveList } from "./swap-remove-list.js";

/** Running calls, with their limits: a number of calls, and bytes of memory for each kind. */
export class RunningCalls implements Iterable<RunningCall> {
  readonly #limits: Limits;
  readonly #calls = new SwapRemoveList<RunningCall>();
  readonly #bytes = { service: 0, object: 0 };
  readonly #shares: { readonly [kind in CalledKind]: BudgetShare };

  /** @param onRoom called when other connections have released memory that was missing here. */
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

  /** Returns true if a call of a kind that takes `bytes` of memory may start. */
  hasRoom(kind: CalledKind, bytes: number): boolean {
    return this.#bytes[kind] < this.#limits.maxRunningBytes && this.#shares[kind].hasRoom(bytes);
  }

  add(call: RunningCall): void {
    this.#calls.add(call);
    this.#bytes[call.kind] += call.bytes;
    this.#shares[call.kind].add(call.bytes);
  }

  /** Removes a call. Returns false if it was not running: a foreign thenable may settle twice. */
  delete(call: RunningCall): boolean {
    if (call.index < 0) return false;
    this.#calls.delete(call);
    this.releaseBytes(call);
    return true;
  }

  /** Releases the memory of a call whose handler has ended. */
  releaseBytes(call: RunningCall): void {
    this.#bytes[call.kind] -= call.bytes;
    this.#shares[call.kind].remove(call.bytes);
    call.bytes = 0;
  }

  /**
   * Removes all calls, because the connection has ended. Their memory counts until handlers end.
   */
  clear(): void {
    this.#calls.clear();
    for (const share of Object.values(this.#shares)) share.forget();
  }

  [Symbol.iterator](): Iterator<RunningCall> {
    return this.#calls[Symbol.iterator]();
  }
}
