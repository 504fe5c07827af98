import { getEventListeners } from "node:events";
import { afterEach, expect, test, vi } from "vitest";
import {
  type Connection,
  callContext,
  connect,
  pipelined,
  RpcError,
  release,
  retain,
  type Subscription,
  serve,
  subscription,
  withOptions,
} from "../index.js";
import * as rpc from "../stub-v1/index.js";
import { memory } from "../transport/memory-transport.js";

interface Counter extends Disposable {
  increment(by: number): Promise<number>;
}

interface Shop {
  count(to: number): AsyncIterable<number>;
  sum(values: AsyncIterable<number>): Promise<number>;
  double(values: AsyncIterable<number>): AsyncIterable<number>;
  each(values: readonly number[], onValue: (value: number) => Promise<string>): Promise<string[]>;
  watch(onChange: (value: number) => void): Promise<Subscription>;
  counter(start: number): Promise<Counter>;
  isMine(counter: Counter): Promise<boolean>;
  keep(onValue: (value: number) => Promise<string>, long: boolean): Promise<void>;
  callKept(value: number): Promise<string>;
  search(options: { signal?: AbortSignal }): Promise<void>;
  pages(): Promise<{ rows: AsyncIterable<{ id: number; counter: Counter }>; total: number }>;
}

class CounterClient extends rpc.ClientStub implements Counter {
  increment(by: number) {
    return rpc.unary<number>(this, 0, [by]);
  }
}
const Counter: rpc.Service<Counter> = rpc.defineService<Counter>({
  name: "Counter",
  fingerprint: "1".repeat(16),
  methods: [rpc.unaryMethod("increment", "2".repeat(16), [rpc.param("by", rpc.number)], rpc.number)],
  disposable: true,
  client: CounterClient,
  dispatch: (service, _method, [by]) => service.increment(by as number),
});
const counterShape = rpc.reference(() => Counter as never);
const onNumber = rpc.func("onValue", [rpc.param("value", rpc.number)], rpc.string);

const methods = {
  count: rpc.streamMethod("count", "a".repeat(16), [rpc.param("to", rpc.number)], rpc.stream(rpc.number)),
  sum: rpc.unaryMethod("sum", "b".repeat(16), [rpc.param("values", rpc.stream(rpc.number))], rpc.number),
  double: rpc.streamMethod(
    "double",
    "c".repeat(16),
    [rpc.param("values", rpc.stream(rpc.number))],
    rpc.stream(rpc.number),
  ),
  each: rpc.unaryMethod(
    "each",
    "d".repeat(16),
    [rpc.param("values", rpc.array(rpc.number)), rpc.param("onValue", onNumber)],
    rpc.array(rpc.string),
  ),
  watch: rpc.unaryMethod(
    "watch",
    "e".repeat(16),
    [rpc.param("onChange", rpc.func("onChange", [rpc.param("value", rpc.number)], rpc.void))],
    rpc.subscription,
  ),
  counter: rpc.unaryMethod("counter", "f".repeat(16), [rpc.param("start", rpc.number)], counterShape),
  isMine: rpc.unaryMethod("isMine", "0".repeat(16), [rpc.param("counter", counterShape)], rpc.boolean),
  keep: rpc.unaryMethod(
    "keep",
    "1".repeat(16),
    [rpc.param("onValue", onNumber), rpc.param("long", rpc.boolean)],
    rpc.void,
  ),
  callKept: rpc.unaryMethod("callKept", "2".repeat(16), [rpc.param("value", rpc.number)], rpc.string),
  search: rpc.unaryMethod(
    "search",
    "3".repeat(16),
    [rpc.param("options", rpc.object("Options", { signal: rpc.optional(rpc.signal) }))],
    rpc.void,
  ),
  pages: rpc.unaryMethod(
    "pages",
    "4".repeat(16),
    [],
    rpc.object("Pages", {
      rows: rpc.stream(rpc.object("Row", { id: rpc.number, counter: counterShape })),
      total: rpc.number,
    }),
  ),
};
const names = Object.keys(methods) as (keyof typeof methods)[];

class ShopClient extends rpc.ClientStub {}
for (const [number, name] of names.entries()) {
  Object.defineProperty(ShopClient.prototype, name, {
    value(this: ShopClient, ...args: unknown[]) {
      return methods[name].kind === "stream"
        ? rpc.streaming(this, number, args)
        : rpc.unary(this, number, args);
    },
  });
}
const Shop: rpc.Service<Shop> = rpc.defineService<Shop>({
  name: "Shop",
  fingerprint: "9".repeat(16),
  methods: Object.values(methods),
  client: ShopClient as unknown as new (channel: never) => Shop & ShopClient as never,
  dispatch: (service, method, args) =>
    (service[names[method] as keyof Shop] as (...all: unknown[]) => unknown)(...args),
});

class LocalCounter implements Counter {
  disposals = 0;
  #value: number;
  constructor(start: number) {
    this.#value = start;
  }
  async increment(by: number) {
    this.#value += by;
    return this.#value;
  }
  [Symbol.dispose]() {
    this.disposals++;
  }
}

class LocalShop implements Shop {
  readonly counters: LocalCounter[] = [];
  readonly listeners = new Set<(value: number) => void>();
  produced = 0;
  finished = 0;
  thrown: unknown;
  aborted: unknown;
  #kept: ((value: number) => Promise<string>) | undefined;

  async *count(to: number) {
    try {
      for (let value = 0; value < to; value++) {
        this.produced++;
        yield value;
      }
    } catch (error) {
      this.thrown = error;
      throw error;
    } finally {
      this.finished++;
    }
  }
  async sum(values: AsyncIterable<number>) {
    let sum = 0;
    for await (const value of values) sum += value;
    return sum;
  }
  async *double(values: AsyncIterable<number>) {
    for await (const value of values) yield value * 2;
  }
  async each(values: readonly number[], onValue: (value: number) => Promise<string>) {
    const answers: string[] = [];
    for (const value of values) answers.push(await onValue(value));
    return answers;
  }
  async watch(onChange: (value: number) => void) {
    this.listeners.add(onChange);
    return subscription(() => this.listeners.delete(onChange));
  }
  async counter(start: number) {
    const counter = new LocalCounter(start);
    this.counters.push(counter);
    return counter;
  }
  async isMine(counter: Counter) {
    return this.counters.includes(counter as LocalCounter);
  }
  async keep(onValue: (value: number) => Promise<string>, long: boolean) {
    this.#kept = long ? retain(onValue) : onValue;
  }
  async callKept(value: number) {
    return (this.#kept as (value: number) => Promise<string>)(value);
  }
  search({ signal }: { signal?: AbortSignal }) {
    return new Promise<void>((_, reject) => {
      signal?.addEventListener("abort", () => {
        this.aborted = signal.reason;
        reject(signal.reason);
      });
    });
  }
  async pages() {
    const shop = this;
    async function* rows() {
      for (let id = 0; id < 3; id++) yield { id, counter: await shop.counter(id * 10) };
    }
    return { rows: rows(), total: 3 };
  }
}

let names_ = 0;
const open: Connection[] = [];

async function start() {
  const local = new LocalShop();
  const errors: unknown[] = [];
  const onError = (report: unknown) => errors.push(report);
  const transport = memory(`references ${names_++}`);
  const server = await serve(transport, [Shop.implement(local)], { onError });
  const connection = await connect(transport, { onError });
  open.push(connection);
  const shop = connection.client(Shop);
  return { local, server, connection, shop, errors };
}

afterEach(async () => {
  for (const connection of open.splice(0)) await connection.close();
});

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
async function* upTo(end: number, state?: { finished: boolean }) {
  try {
    for (let value = 0; value < end; value++) yield value;
  } finally {
    if (state !== undefined) state.finished = true;
  }
}
async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test("a stream is returned as a result", async () => {
  const { shop } = await start();
  expect(await collect(shop.count(0))).toEqual([]);
  expect(await collect(shop.count(5))).toEqual([0, 1, 2, 3, 4]);
  expect((await collect(shop.count(100_000))).length).toBe(100_000);
});

test("leaving a stream early ends its generator", async () => {
  const { shop, local } = await start();
  for await (const value of shop.count(1e9)) if (value === 10) break;
  await turn();
  expect(local.finished).toBe(1);
  const produced = local.produced;
  await turn();
  expect(local.produced).toBe(produced);
});

test("what is thrown into a stream arrives in its generator", async () => {
  const { shop, local } = await start();
  const stream = shop.count(1e9)[Symbol.asyncIterator]();
  await stream.next();
  await expect(stream.throw?.(new RpcError("aborted", "enough"))).rejects.toThrow("enough");
  await turn();
  expect(local.thrown).toMatchObject({ code: "aborted", message: "enough" });
});

test("a consumer that stops holds the producer within the credit", async () => {
  const { shop, local } = await start();
  const stream = shop.count(1e9)[Symbol.asyncIterator]();
  await stream.next();
  let before = -1;
  await vi.waitFor(async () => {
    const rests = local.produced === before;
    before = local.produced;
    await turn();
    expect(rests).toBe(true);
  });
  expect(local.produced).toBeLessThan(100_000);
  await stream.return?.();
});

test("a stream travels as an argument, and both ways", async () => {
  const { shop } = await start();
  expect(await shop.sum(upTo(1000))).toBe(499_500);
  expect(await collect(shop.double(upTo(1000)))).toHaveLength(1000);
});

test("an argument that its handler does not read is released", async () => {
  const { shop, local } = await start();
  local.sum = async () => 7;
  const state = { finished: false };
  expect(await shop.sum(upTo(1e9, state))).toBe(7);
  await turn();
  expect(state.finished).toBe(true);
});

test.each([0, 5, 1e9])(
  "a stream of %d that is read after its call fails, instead of looking empty",
  async (size) => {
    const { shop, local } = await start();
    let kept: AsyncIterable<number> | undefined;
    local.sum = async (values) => {
      kept = values;
      // A short stream has arrived in full by then.
      await turn();
      return 7;
    };
    expect(await shop.sum(upTo(size))).toBe(7);
    const reader = (kept as AsyncIterable<number>)[Symbol.asyncIterator]();
    await expect(reader.next()).rejects.toMatchObject({ code: "failedPrecondition" });
    expect(await reader.next()).toMatchObject({ done: true });
  },
);

test("a stream that was retained is ended by its release, not by the end of its call", async () => {
  const { shop, local } = await start();
  let kept: AsyncIterable<number> | undefined;
  local.sum = async (values) => {
    kept = retain(retain(values));
    return 7;
  };
  const state = { finished: false };
  expect(await shop.sum(upTo(1e9, state))).toBe(7);
  await turn();
  expect(state.finished).toBe(false);
  release(kept as object);
  await turn();
  expect(state.finished).toBe(false);
  release(kept as object);
  await turn();
  expect(state.finished).toBe(true);
});

test("functions are called back, and end with their call", async () => {
  const { shop } = await start();
  expect(await shop.each([1, 2], async (value) => `<${value}>`)).toEqual(["<1>", "<2>"]);
  await shop.keep(async (value) => `kept ${value}`, false);
  await expect(shop.callKept(1)).rejects.toMatchObject({ code: "failedPrecondition" });
  await shop.keep(async (value) => `kept ${value}`, true);
  expect(await shop.callKept(1)).toBe("kept 1");
});

test("a subscription ends by disposal, and with its connection", async () => {
  const { shop, local, connection } = await start();
  const seen: number[] = [];
  {
    using _subscription = await shop.watch((value) => seen.push(value));
    for (const listener of local.listeners) listener(1);
    for (const listener of local.listeners) listener(2);
    await turn();
    expect(seen).toEqual([1, 2]);
  }
  await turn();
  expect(local.listeners.size).toBe(0);
  await shop.watch(() => {});
  expect(local.listeners.size).toBe(1);
  connection.abort();
  await turn();
  expect(local.listeners.size).toBe(0);
});

test("a service by reference lives until it is released, and comes back as itself", async () => {
  const { shop, local } = await start();
  const counter = await shop.counter(5);
  expect(await counter.increment(2)).toBe(7);
  expect(await shop.isMine(counter)).toBe(true);
  expect(await shop.isMine(new LocalCounter(1))).toBe(false);
  release(counter);
  await turn();
  expect(local.counters[0]?.disposals).toBe(1);
  await expect(counter.increment(1)).rejects.toMatchObject({ code: "failedPrecondition" });
  counter[Symbol.dispose]();
  await turn();
  expect(local.counters[0]?.disposals).toBe(1);
});

test("a signal anywhere in the arguments cancels the call", async () => {
  const { shop, local } = await start();
  const controller = new AbortController();
  const searching = shop.search({ signal: controller.signal });
  await turn();
  controller.abort();
  await expect(searching).rejects.toMatchObject({ code: "cancelled" });
  await turn();
  expect(local.aborted).toMatchObject({ code: "cancelled" });
});

test("streams nested in objects carry references", async () => {
  const { shop, local } = await start();
  const { rows, total } = await shop.pages();
  expect(total).toBe(3);
  for await (const { id, counter } of rows) {
    expect(await counter.increment(1)).toBe(id * 10 + 1);
    release(counter);
  }
  await turn();
  expect(local.counters.map(({ disposals }) => disposals)).toEqual([1, 1, 1]);
});

test("calls that a handler makes end with the call that it handles", async () => {
  const { shop, local } = await start();
  const seen: unknown[] = [];
  local.each = async (_values, onValue) => {
    await onValue(1).catch((error) => seen.push(error));
    return [];
  };
  const never = () => new Promise<string>(() => {});
  await expect(withOptions(shop, { timeoutMs: 300 }).each([], never)).rejects.toMatchObject({
    code: "deadlineExceeded",
  });
  await expect.poll(() => seen).toMatchObject([{ code: "deadlineExceeded" }]);
  const controller = new AbortController();
  const calling = withOptions(shop, { signal: controller.signal }).each([], never);
  await turn();
  controller.abort();
  await expect(calling).rejects.toMatchObject({ code: "cancelled" });
  await expect
    .poll(() => seen[1])
    .toMatchObject({ code: "cancelled", message: expect.stringContaining("Shop.each") });
});

test("a stream left after it has arrived in full removes its cancellation listeners", async () => {
  const { shop } = await start();
  const controller = new AbortController();
  const { signal } = controller;
  for await (const _ of withOptions(shop, { signal, timeoutMs: 60_000 }).count(5)) {
    await turn();
    break;
  }
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

test("a deadline ends a stream at both ends", async () => {
  const { shop, local } = await start();
  local.count = async function* () {
    try {
      while (true) {
        await turn();
        yield 1;
      }
    } finally {
      local.finished++;
    }
  };
  await expect(collect(withOptions(shop, { timeoutMs: 300 }).count(1))).rejects.toMatchObject({
    code: "deadlineExceeded",
  });
  await expect.poll(() => local.finished).toBe(1);
});

test("the end of a connection ends everything that travelled by reference", async () => {
  const { shop, local, connection } = await start();
  const stream = shop.count(1e9)[Symbol.asyncIterator]();
  await stream.next();
  const counter = await shop.counter(1);
  const state = { finished: false };
  const summing = shop.sum(
    (async function* () {
      try {
        yield 1;
        await turn();
        yield 2;
        await new Promise((resolve) => setTimeout(resolve, 20));
      } finally {
        state.finished = true;
      }
    })(),
  );
  await turn();
  connection.abort();
  await expect(summing).rejects.toMatchObject({ code: "cancelled" });
  await expect(collect({ [Symbol.asyncIterator]: () => stream })).rejects.toMatchObject({
    code: "cancelled",
  });
  await expect(counter.increment(1)).rejects.toMatchObject({ code: "failedPrecondition" });
  await expect
    .poll(() => [local.finished, local.counters[0]?.disposals, state.finished])
    .toEqual([1, 1, true]);
});

test("an item of the wrong type and a generator that throws end the stream by name", async () => {
  const { shop, local, errors } = await start();
  local.count = async function* () {
    yield 1;
    yield "two" as unknown as number;
  };
  await expect(collect(shop.count(1))).rejects.toMatchObject({
    code: "internal",
    message: expect.stringContaining("Shop.count"),
  });
  local.count = async function* () {
    yield 1;
    throw undefined;
  };
  await expect(collect(shop.count(1))).rejects.toMatchObject({ code: "internal" });
  local.count = async function* () {
    yield 1;
    throw new RpcError("notFound", "no more");
  };
  await expect(collect(shop.count(1))).rejects.toMatchObject({ code: "notFound", message: "no more" });
  expect(errors).toHaveLength(2);
});

test("a method of a returned service is called without waiting for it", async () => {
  const { shop, local } = await start();
  expect(await pipelined(shop).counter(5).increment(2)).toBe(7);
  {
    await using counter = pipelined(shop).counter(10);
    expect(await Promise.all([counter.increment(1), counter.increment(1)])).toEqual([11, 12]);
    expect(await (await counter).increment(1)).toBe(13);
  }
  await turn();
  expect(local.counters.map(({ disposals }) => disposals)).toEqual([1, 1]);
  local.counter = async () => {
    throw new RpcError("notFound", "no counters");
  };
  await expect(pipelined(shop).counter(1).increment(1)).rejects.toMatchObject({ code: "notFound" });
  expect(await pipelined(new LocalShop()).counter(1).increment(1)).toBe(2);
});

test("a client sent back to the server that offers its service arrives as the original", async () => {
  const transport = memory("offered services go back");
  const original = new LocalCounter(1);
  const local = new LocalShop();
  local.counters.push(original);
  await using server = await serve(transport, [Counter.implement(original), Shop.implement(local)]);
  const connection = await connect(transport);
  open.push(connection);
  const counter = connection.client(Counter);
  expect(await connection.client(Shop).isMine(counter)).toBe(true);
  expect(await connection.client(Shop).isMine(withOptions(counter, { timeoutMs: 1000 }))).toBe(true);
  // Over another connection it is an object of this process.
  const other = await connect(transport);
  open.push(other);
  expect(await other.client(Shop).isMine(counter)).toBe(false);
  expect(server.connections.size).toBe(2);
});

test("calls of a listener that could not be sent are reported", async () => {
  const { shop, local, errors } = await start();
  let heard = 0;
  await shop.watch(() => heard++);
  const [listener] = local.listeners;
  for (let i = 0; i < 2000; i++) listener?.(i);
  await expect.poll(() => heard).toBe(1024);
  await turn();
  expect(errors).toHaveLength(2000 - 1024);
  expect(errors[0]).toMatchObject({ error: { code: "resourceExhausted" } });
});

test("a listener of the connection's state that throws is reported and harms nothing", async () => {
  const { connection, server, errors } = await start();
  const told: string[] = [];
  connection.onStateChange(() => {
    throw new Error("a slip");
  });
  connection.onStateChange(async () => {
    throw new Error("a late slip");
  });
  connection.onStateChange(({ state }) => told.push(state));
  for (const client of server.connections) client.abort();
  await connection.closed;
  await turn();
  expect(told).toEqual(["closed"]);
  expect(errors.map((report) => (report as { error: Error }).error.message)).toEqual(
    expect.arrayContaining(["a slip", "a late slip"]),
  );
});

test("a stream that is left before its call has settled cancels the call", async () => {
  const { shop, local } = await start();
  let aborted: unknown;
  local.count = (() => {
    const { signal } = callContext();
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        aborted = signal.reason;
        reject(signal.reason);
      });
    });
  }) as never;
  const stream = shop.count(1)[Symbol.asyncIterator]();
  const first = stream.next();
  await turn();
  expect(await stream.return?.()).toEqual({ done: true, value: undefined });
  expect(await first).toEqual({ done: true, value: undefined });
  await expect.poll(() => aborted).toMatchObject({ code: "cancelled" });
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

test("a stream whose call fails reports the error once, however often it is read", async () => {
  const { shop } = await start();
  const stream = shop.count("three" as never)[Symbol.asyncIterator]();
  const steps = [stream.next(), stream.next(), stream.next()];
  await expect(steps[0]).rejects.toMatchObject({ code: "invalidArgument" });
  expect(await Promise.all(steps.slice(1))).toEqual([
    { done: true, value: undefined },
    { done: true, value: undefined },
  ]);
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});
