import type { Subscription } from "../../references/shapes/subscription.js";
import { OutOfStock } from "./streams.service.js";

export { OutOfStock };

/** An error that does not extend a class of ours and has fields of several kinds. */
export class Rejected extends Error {
  override readonly name = "Rejected";
  readonly reasons: ReadonlySet<string>;
  readonly since: Date;
  readonly again?: { readonly afterMs: number };

  constructor(reasons: Iterable<string>, since: Date) {
    super("rejected");
    this.reasons = new Set(reasons);
    this.since = since;
  }
}

/**
 * An object that is given by reference.
 * @service crosspane.ConformanceCounter
 */
export interface Counter extends Disposable {
  increment(by: number): Promise<number>;
  /** Returns another one, which begins where this one is. */
  fork(): Promise<Counter>;
  /** Counts up to a number, from where it is. */
  upTo(end: number): AsyncIterable<number>;
  /** @throws {OutOfStock} */
  fail(): Promise<void>;
}

/** Counters in several places of one value. */
export interface Counters {
  readonly list: readonly Counter[];
  readonly named: Map<string, Counter>;
  readonly add: (by: number) => Promise<number>;
}

/**
 * An object that is given to every client and that no one may call.
 * @service crosspane.ConformanceSafe
 * @allow signer "Nobody Incorporated"
 */
export interface Safe {
  open(): Promise<string>;
}

/** The counters of one key that the server still has. */
export interface CounterState {
  readonly made: number;
  readonly disposed: number;
}

/**
 * Functions, services and subscriptions that a transport's conformance cases send and receive by
 * reference.
 * @service crosspane.ConformanceReferences
 */
export interface ConformanceReferences {
  /** Calls the function with each value, one after another. */
  each(values: readonly number[], onValue: (value: number) => Promise<string>): Promise<string[]>;
  /** Calls the function with each value, without waiting for it. */
  tell(values: readonly number[], onValue: (value: number) => void): Promise<void>;
  /** Returns the code and message that the function fails with. */
  failureOf(action: () => Promise<void>): Promise<readonly [string, string]>;
  adder(first: number): Promise<(second: number) => Promise<number>>;
  /** Calls one function after the other. */
  compose(
    first: (value: number) => Promise<number>,
    second: (value: number) => Promise<number>,
  ): Promise<(value: number) => Promise<number>>;
  counter(key: string, start?: number): Promise<Counter>;
  counters(key: string, count: number): Promise<Counters>;
  /** Returns the same object to every caller. */
  shared(key: string): Promise<Counter>;
  counterState(key: string): Promise<CounterState>;
  /** Returns true for an object of this side. */
  isMine(counter: Counter): Promise<boolean>;
  sameBack(counter: Counter): Promise<Counter>;
  /** Increments each by one and returns the results. */
  incrementAll(counters: readonly Counter[]): Promise<number[]>;
  /** Returns counters as items. */
  stream(key: string, count: number): AsyncIterable<Counter>;
  /** Keeps a function beyond the call, with or without retaining it. */
  keep(key: string, action: (value: number) => Promise<string>, retained: boolean): Promise<void>;
  callKept(key: string, value: number): Promise<string>;
  releaseKept(key: string): Promise<void>;
  watch(key: string, onChange: (value: number) => void): Promise<Subscription>;
  /** Calls all listeners and returns their number. */
  emit(key: string, value: number): Promise<number>;
  /** Emits the numbers below one as events. */
  events(key: string, onEvent: (value: number, id: string) => void, after?: string): Promise<Subscription>;
  emitEvents(key: string, from: number, to: number): Promise<number>;
  /** Reports each of the steps, throttled. */
  work(steps: number, onProgress: (step: number) => void): Promise<number>;
  /** Ends only by the signal, and records that. */
  wait(key: string, options: { readonly signal?: AbortSignal }): Promise<void>;
  waited(key: string): Promise<"not begun" | "waits" | "aborted">;
  /**
   * @throws {OutOfStock}
   * @throws {Rejected}
   */
  order(how: "out of stock" | "rejected" | "odd fields" | "subclass" | "undeclared"): Promise<void>;
  /** Callable by no one. @allow signer "Nobody Incorporated" */
  forbidden(value: number): Promise<number>;
  /** Callable by no one. @allow signer "Nobody Incorporated" */
  forbiddenStream(): AsyncIterable<number>;
  /** Callable by no one. @allow signer "Nobody Incorporated" */
  forbiddenNote(key: string): void;
  /** @idempotent */
  flaky(key: string, failures: number): Promise<number>;
  safe(): Promise<Safe>;
  /** Calls the safe. */
  openSafe(safe: Safe): Promise<string>;
}
