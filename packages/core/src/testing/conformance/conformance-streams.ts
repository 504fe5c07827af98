import { callContext } from "../../call/call-context.js";
import { RpcError } from "../../errors/rpc-error.js";
import { SourceStates } from "./source-states.js";
import type { ConformanceStreams, Parts } from "./streams.service.js";
import { OutOfStock } from "./streams.service.js";
import { readableOf, readBytes, testBytes } from "./test-bytes.js";

/** Sends and receives the streams of the conformance cases. */
export class ConformanceStreamsService implements ConformanceStreams {
  readonly #states = new SourceStates();
  readonly #ignored = new Map<string, () => void>();

  count(to: number, key?: string) {
    return this.#states.watch(key, numbers(to));
  }

  tick(to: number, intervalMs: number, key?: string) {
    return this.#states.watch(key, numbers(to, intervalMs));
  }

  blocks(count: number, byteCount: number, key?: string, intervalMs?: number) {
    return this.#states.watch(key, blocks(count, byteCount, intervalMs));
  }

  silent(key: string) {
    return this.#states.watch(key, nothing());
  }

  async *breakAfter(count: number, how: Parameters<ConformanceStreams["breakAfter"]>[1]) {
    yield* numbers(count);
    switch (how) {
      case "rpc":
        throw new RpcError("notFound", "no more numbers", { details: { count } });
      case "declared":
        throw new OutOfStock("numbers", BigInt(count));
      case "error":
        throw new Error("secret of a source");
      case "undefined":
        throw undefined;
      case "wrong item":
        yield "secret of an item" as unknown as number;
    }
  }

  async *stubborn(key: string) {
    const state = this.#states.begin(key);
    try {
      while (true) {
        try {
          yield state.produced++;
        } catch {
          // It continues.
        }
      }
    } finally {
      state.ended = "left";
    }
  }

  async sum(values: AsyncIterable<number>) {
    let sum = 0;
    for await (const value of values) sum += value;
    return sum;
  }

  async measure(items: AsyncIterable<Uint8Array>) {
    return (await readBytes(items)).byteCount;
  }

  async first(count: number, values: AsyncIterable<number>) {
    const taken: number[] = [];
    for await (const value of values) {
      taken.push(value);
      if (taken.length === count) break;
    }
    return taken;
  }

  async throwInto(count: number, values: AsyncIterable<number>) {
    const iterator = values[Symbol.asyncIterator]();
    for (let i = 0; i < count; i++) await iterator.next();
    await iterator.throw?.(new RpcError("aborted", "enough of this")).catch(() => {});
  }

  async ignore(key: string, _values: AsyncIterable<Uint8Array>) {
    const { signal } = callContext();
    try {
      await new Promise<void>((resolve, reject) => {
        this.#ignored.set(key, resolve);
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    } finally {
      this.#ignored.delete(key);
    }
  }

  async release(key: string) {
    const release = this.#ignored.get(key);
    release?.();
    return release !== undefined;
  }

  async failureOf(values: AsyncIterable<number>) {
    try {
      for await (const _ of values);
    } catch (thrown) {
      const { code, message } = RpcError.from(thrown);
      return [code, message] as const;
    }
    return ["none", ""] as const;
  }

  async *double(values: AsyncIterable<number>) {
    for await (const value of values) yield value * 2;
  }

  async *sumsAfterEnd(values: AsyncIterable<number>) {
    let [sum, count] = [0, 0];
    for await (const value of values) {
      sum += value;
      count++;
    }
    for (let i = 0; i < count; i++) yield sum;
  }

  async parts(count: number): Promise<Parts> {
    return {
      title: `${count} parts`,
      numbers: Array.from({ length: count }, (_, i) => numbers(i)),
      inner: { texts: texts(count) },
    };
  }

  async sumParts({ numbers: lists, inner }: Parts, more: Map<string, AsyncIterable<number>>) {
    const sums = [...lists, ...more.values()].map((values) => this.sum(values));
    let characters = 0;
    for await (const text of inner.texts) characters += text.length;
    return [...(await Promise.all(sums)), characters];
  }

  async *streams(count: number) {
    for (let i = 0; i < count; i++) yield numbers(i);
  }

  async later(key: string, to: number) {
    return this.#states.watch(key, numbers(to));
  }

  async download(byteCount: number, key?: string) {
    return readableOf(this.#states.watch(key, testBytes(byteCount)));
  }

  async upload(bytes: ReadableStream<Uint8Array>) {
    return readBytes(bytes);
  }

  async mirror(bytes: ReadableStream<Uint8Array>) {
    return bytes;
  }

  async state(key: string) {
    return this.#states.of(key);
  }
}

async function* numbers(to: number, intervalMs?: number): AsyncGenerator<number> {
  for (let value = 0; value < to; value++) {
    if (intervalMs !== undefined) await pause(intervalMs);
    yield value;
  }
}

async function* blocks(count: number, byteCount: number, intervalMs?: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) {
    if (intervalMs !== undefined) await pause(intervalMs);
    yield new Uint8Array(byteCount).fill(i);
  }
}

async function* texts(count: number): AsyncGenerator<string> {
  for (let i = 0; i < count; i++) yield `text ${i}`;
}

/** Waits for the end of its call. */
async function* nothing(): AsyncGenerator<number> {
  const { signal } = callContext();
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
