import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { connect } from "../connect/connect.js";
import { timing } from "../interceptor/timing.js";
import { withOptions } from "../outbound/client-stub.js";
import { serve } from "../server/serve.js";
import * as rpc from "../stub-v1/index.js";
import { memory } from "../testing/index.js";

interface Clocked {
  now(): Promise<number>;
  hang(): Promise<void>;
  count(to: number): AsyncIterable<number>;
}

class ClockedClient extends rpc.ClientStub implements Clocked {
  now = () => rpc.unary<number>(this, 0, []);
  hang = () => rpc.unary<void>(this, 1, []);
  count = (to: number) => rpc.streaming<AsyncIterable<number>>(this, 2, [to]);
}

const Clocked = rpc.defineService<Clocked>({
  name: "Clocked",
  fingerprint: "1",
  methods: [
    rpc.unaryMethod("now", "1", [], rpc.number),
    rpc.unaryMethod("hang", "2", [], rpc.void),
    rpc.streamMethod("count", "3", [rpc.param("to", rpc.number)], rpc.stream(rpc.number)),
  ],
  client: ClockedClient,
  dispatch: (clocked, method, args) =>
    [clocked.now, clocked.hang, clocked.count][method]?.(...(args as [never])),
});

const implementation: Clocked = {
  now: async () => Date.now(),
  hang: () => new Promise(() => {}),
  async *count(to) {
    for (let n = 0; n < to; n++) yield n;
  },
};

beforeEach(() => {
  // Everything that can be faked where tests share a process with their runner: the default of
  // jest.
  const toFake = [
    "setTimeout",
    "setInterval",
    "setImmediate",
    "queueMicrotask",
    "performance",
    "Date",
  ] as const;
  vi.useFakeTimers({ toFake: [...toFake, "clearTimeout", "clearInterval", "clearImmediate"], now: 42 });
});

afterEach(() => {
  vi.useRealTimers();
});

const open = async (name: string) => {
  const server = await serve(memory(name), [Clocked.implement(implementation)]);
  const connection = await connect(memory(name));
  return { server, connection, client: connection.client(Clocked) };
};

test("calls, streams and close work while a test fakes its timers", async () => {
  const { server, connection, client } = await open("faked");
  expect(await client.now()).toBe(42);
  const items: number[] = [];
  for await (const item of client.count(2_000)) items.push(item);
  expect(items).toHaveLength(2_000);
  await connection.close();
  await server.close();
  expect(vi.getTimerCount()).toBe(0);
});

test("a deadline is in real time, whatever a test does to its timers", async () => {
  const { server, connection, client } = await open("faked deadline");
  const hanging = withOptions(client, { timeoutMs: 50 }).hang();
  const soon = withOptions(client, { timeoutMs: 60_000 }).now();
  vi.advanceTimersByTime(3_600_000);
  expect(await soon).toBe(3_600_042);
  await expect(hanging).rejects.toMatchObject({ code: "deadlineExceeded" });
  await connection.close({ drainMs: 0 });
  await server.close();
});

test("connect finds a server that comes later while a test fakes its timers", async () => {
  const connecting = connect(memory("faked and late"));
  await Promise.resolve();
  const { server, connection } = await open("faked and late");
  await (await connecting).close();
  await connection.close();
  await server.close();
});

test("a connection is restored while a test fakes its timers", async () => {
  const name = "faked and broken";
  const first = await serve(memory(name), [Clocked.implement(implementation)]);
  const connection = await connect(memory(name), { reconnect: true });
  for (const each of first.connections) each.abort();
  await first.close();
  const second = await serve(memory(name), [Clocked.implement(implementation)]);
  expect(await connection.client(Clocked).now()).toBe(42);
  await connection.close();
  await second.close();
});

test("the time of a call is measured by the real clock", async () => {
  const server = await serve(memory("faked and timed"), [Clocked.implement(implementation)]);
  const times: number[] = [];
  const connection = await connect(memory("faked and timed"), {
    interceptors: [timing((_, { ms }) => void times.push(ms))],
  });
  await connection.client(Clocked).now();
  expect(times).toHaveLength(1);
  expect(times[0]).toBeGreaterThan(0);
  await connection.close();
  await server.close();
});
