import type { Subscription } from "../../references/shapes/subscription.js";
import { OutOfStock } from "./streams.service.js";

export { OutOfStock };

/** An error that extends no error of ours and has fields of several kinds. */
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
  /** Another one, which begins where this one is. */
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
 * An object that is given to anybody and may be called by nobody.
 * @service crosspane.ConformanceSafe
 * @allow signer "Nobody Incorporated"
 */
export interface Safe {
  open(): Promise<string>;
}

/** What the server still has of the counters of one key. */
export interface CounterState {
  readonly made: number;
  readonly disposed: number;
}

/**
 * Functions, services and subscriptions that a transport's conformance cases give and get by reference.
 * @service crosspane.ConformanceReferences
 */
export interface ConformanceReferences {
  /** Calls the function with each value, one after another. */
  each(values: readonly number[], onValue: (value: number) => Promise<string>): Promise<string[]>;
  /** Calls the function with each value, without waiting for it. */
  tell(values: readonly number[], onValue: (value: number) => void): Promise<void>;
  /** What the function fails with: code and message. */
  failureOf(action: () => Promise<void>): Promise<readonly [string, string]>;
  adder(first: number): Promise<(second: number) => Promise<number>>;
  /** One after the other. */
  compose(
    first: (value: number) => Promise<number>,
    second: (value: number) => Promise<number>,
  ): Promise<(value: number) => Promise<number>>;
  counter(key: string, start?: number): Promise<Counter>;
  counters(key: string, count: number): Promise<Counters>;
  /** The same object for everybody. */
  shared(key: string): Promise<Counter>;
  counterState(key: string): Promise<CounterState>;
  /** Whether it is an object of this side. */
  isMine(counter: Counter): Promise<boolean>;
  sameBack(counter: Counter): Promise<Counter>;
  /** Increments each by one, and says what came of it. */
  incrementAll(counters: readonly Counter[]): Promise<number[]>;
  /** Counters as items. */
  stream(key: string, count: number): AsyncIterable<Counter>;
  /** Keeps a function beyond the call if it is to be retained, and otherwise tries to. */
  keep(key: string, action: (value: number) => Promise<string>, retained: boolean): Promise<void>;
  callKept(key: string, value: number): Promise<string>;
  releaseKept(key: string): Promise<void>;
  watch(key: string, onChange: (value: number) => void): Promise<Subscription>;
  /** Tells all who watch, and says how many they are. */
  emit(key: string, value: number): Promise<number>;
  /** The numbers below one, as events. */
  events(key: string, onEvent: (value: number, id: string) => void, after?: string): Promise<Subscription>;
  emitEvents(key: string, from: number, to: number): Promise<number>;
  /** Reports each of the steps, rated. */
  work(steps: number, onProgress: (step: number) => void): Promise<number>;
  /** Ends by the signal only, which is noted. */
  wait(key: string, options: { readonly signal?: AbortSignal }): Promise<void>;
  waited(key: string): Promise<"not begun" | "waits" | "aborted">;
  /**
   * @throws {OutOfStock}
   * @throws {Rejected}
   */
  order(how: "out of stock" | "rejected" | "odd fields" | "subclass" | "undeclared"): Promise<void>;
  /** For nobody. @allow signer "Nobody Incorporated" */
  forbidden(value: number): Promise<number>;
  /** For nobody. @allow signer "Nobody Incorporated" */
  forbiddenStream(): AsyncIterable<number>;
  /** For nobody. @allow signer "Nobody Incorporated" */
  forbiddenNote(key: string): void;
  /** @idempotent */
  flaky(key: string, failures: number): Promise<number>;
  safe(): Promise<Safe>;
  /** Calls it. */
  openSafe(safe: Safe): Promise<string>;
}
