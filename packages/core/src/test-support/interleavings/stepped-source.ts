import { RpcError } from "../../errors/rpc-error.js";
import type { Item } from "./flow.js";

type Step = IteratorResult<Item, undefined>;

interface Waiter {
  resolve(step: Step): void;
  reject(error: RpcError): void;
}

/** A source that yields as many items as a test allows. */
export class SteppedSource implements AsyncIterableIterator<Item, undefined> {
  readonly n: number;
  /** Items that were taken from it. */
  given = 0;
  /** Set once it has ended. */
  ended: "done" | "failed" | "left" | undefined;
  /** Number of items that may be taken. */
  allowed = 0;
  /** True once an item was asked for. */
  begun = false;
  #end: "done" | "failed" | undefined;
  readonly #waiting: Waiter[] = [];

  constructor(n: number) {
    this.n = n;
  }

  /** True once the test has let it end. */
  get finishing(): boolean {
    return this.#end !== undefined;
  }

  allow(items: number): void {
    if (this.#end === undefined) this.allowed += items;
    this.#go();
  }

  finish(how: "done" | "failed"): void {
    this.#end ??= how;
    this.#go();
  }

  next(): Promise<Step> {
    this.begun = true;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#go();
    });
  }

  async return(): Promise<Step> {
    this.ended ??= "left";
    this.#go();
    return { done: true, value: undefined };
  }

  throw(): Promise<Step> {
    return this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #go(): void {
    for (;;) {
      const canGive = this.ended === undefined && this.given < this.allowed;
      if (this.#waiting.length === 0) return;
      if (!canGive && this.#end === undefined && this.ended === undefined) return;
      const waiter = this.#waiting.shift() as Waiter;
      if (canGive) waiter.resolve({ done: false, value: { n: this.n, at: this.given++ } });
      else if (this.ended === undefined && this.#end === "failed") {
        this.ended = "failed";
        waiter.reject(new RpcError("aborted", "the source will not"));
      } else {
        this.ended ??= "done";
        waiter.resolve({ done: true, value: undefined });
      }
    }
  }
}
