import { RpcError } from "../../errors/rpc-error.js";
import { EventChannel } from "../../events/event-channel.js";
import { throttled } from "../../events/throttled.js";
import { release, retain } from "../../references/shapes/handle.js";
import { subscription } from "../../references/shapes/subscription.js";
import { KeptByKey } from "./kept-by-key.js";
import type { ConformanceReferences, Counter, Counters, Safe } from "./references.service.js";
import { OutOfStock, Rejected } from "./references.service.js";
import { TestCounter } from "./test-counter.js";

type Kept = (value: number) => Promise<string>;

/**
 * Sends and receives the references of the conformance cases. The cases release what it keeps by
 * key.
 */
export class ConformanceReferencesService implements ConformanceReferences {
  readonly #shared = new KeptByKey<TestCounter>();
  readonly #kept = new KeptByKey<Kept>();
  readonly #listeners = new KeptByKey<Set<(value: number) => void>>();
  readonly #channels = new KeptByKey<EventChannel<number>>();
  readonly #waiting = new KeptByKey<"waits" | "aborted">();
  readonly #failures = new KeptByKey<number>();
  readonly #safe: Safe = { open: async () => "opened" };

  async each(values: readonly number[], onValue: Kept) {
    const answers: string[] = [];
    for (const value of values) answers.push(await onValue(value));
    return answers;
  }

  async tell(values: readonly number[], onValue: (value: number) => void) {
    // A call of the function holds the arguments of this one until it was answered.
    await Promise.all(values.map((value) => onValue(value)));
  }

  async failureOf(action: () => Promise<void>) {
    try {
      await action();
    } catch (thrown) {
      const { code, message } = RpcError.from(thrown);
      return [code, message] as const;
    }
    return ["none", ""] as const;
  }

  async adder(first: number) {
    return async (second: number) => first + second;
  }

  async compose(first: (value: number) => Promise<number>, second: (value: number) => Promise<number>) {
    return async (value: number) => second(await first(value));
  }

  async counter(key: string, start = 0) {
    return new TestCounter(key, start);
  }

  async counters(key: string, count: number): Promise<Counters> {
    const list = Array.from({ length: count }, (_, i) => new TestCounter(key, i));
    const sum = new TestCounter(key, 0);
    return { list, named: new Map([["sum", sum]]), add: (by) => sum.increment(by) };
  }

  async shared(key: string) {
    const known = this.#shared.get(key);
    const counter = known ?? new TestCounter(key, 0, () => this.#shared.delete(key));
    this.#shared.set(key, counter);
    return counter;
  }

  async counterState(key: string) {
    return TestCounter.state(key);
  }

  async isMine(counter: Counter) {
    return counter instanceof TestCounter;
  }

  async sameBack(counter: Counter) {
    return counter;
  }

  async incrementAll(counters: readonly Counter[]) {
    return Promise.all(counters.map((counter) => counter.increment(1)));
  }

  async *stream(key: string, count: number) {
    for (let i = 0; i < count; i++) yield new TestCounter(key, i);
  }

  async keep(key: string, action: Kept, retained: boolean) {
    this.#kept.set(key, retained ? retain(action) : action);
  }

  async callKept(key: string, value: number) {
    const kept = this.#kept.get(key);
    if (kept === undefined) throw new RpcError("notFound", "nothing was kept");
    return kept(value);
  }

  async releaseKept(key: string) {
    const kept = this.#kept.get(key);
    this.#kept.delete(key);
    if (kept !== undefined) release(kept);
  }

  async watch(key: string, onChange: (value: number) => void) {
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(onChange));
    return subscription(() => {
      listeners.delete(onChange);
      if (listeners.size === 0) this.#listeners.delete(key);
    });
  }

  async emit(key: string, value: number) {
    const listeners = this.#listeners.get(key) ?? new Set();
    for (const listener of listeners) listener(value);
    return listeners.size;
  }

  async events(
    key: string,
    onEvent: Parameters<ConformanceReferences["events"]>[1],
    after: string | undefined,
  ) {
    return this.#channel(key).subscribe(onEvent, { after });
  }

  async emitEvents(key: string, from: number, to: number) {
    const channel = this.#channel(key);
    for (let value = from; value < to; value++) await channel.emit(value);
    return channel.subscribers;
  }

  async work(steps: number, onProgress: (step: number) => void) {
    await using report = throttled(onProgress, { intervalMs: 5 });
    for (let step = 1; step <= steps; step++) {
      report(step);
      if (step % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return steps;
  }

  wait(key: string, { signal }: { readonly signal?: AbortSignal }) {
    return new Promise<void>((_, reject) => {
      this.#waiting.set(key, "waits");
      signal?.addEventListener("abort", () => {
        this.#waiting.set(key, "aborted");
        reject(signal.reason);
      });
    });
  }

  async waited(key: string) {
    return this.#waiting.get(key) ?? "not begun";
  }

  async order(how: Parameters<ConformanceReferences["order"]>[0]) {
    switch (how) {
      case "out of stock":
        throw new OutOfStock("chair", 2n ** 70n);
      case "rejected":
        throw new Rejected(["late", "far"], new Date(0));
      case "odd fields":
        throw Object.assign(new OutOfStock("chair", 1n), { left: "secret of a field" });
      case "subclass":
        throw new (class OutOfChairs extends OutOfStock {
          readonly secret = "secret of a subclass";
        })("chair", 3n);
      case "undeclared":
        throw new (class Hidden extends Error {
          readonly secret = "secret of an error";
        })("secret message");
    }
  }

  async forbidden(): Promise<number> {
    throw new RpcError("dataLoss", "a forbidden call has arrived");
  }

  async *forbiddenStream() {
    yield 1;
  }

  forbiddenNote(key: string): void {
    this.#failures.set(key, -1);
  }

  async flaky(key: string, failures: number) {
    const before = this.#failures.get(key) ?? 0;
    this.#failures.set(key, before + 1);
    if (before < failures) throw new RpcError("unavailable", "not yet");
    return before + 1;
  }

  async safe() {
    return this.#safe;
  }

  async openSafe(safe: Safe) {
    return safe.open();
  }

  #channel(key: string): EventChannel<number> {
    const channel = this.#channels.get(key) ?? new EventChannel<number>({ history: 100 });
    this.#channels.set(key, channel);
    return channel;
  }
}
