import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, expect, test } from "vitest";
import { connect, EventChannel, serve } from "../index.js";
import * as rpc from "../stub-v1/index.js";
import { memory } from "../testing/index.js";

interface Log extends Disposable {
  size(): Promise<number>;
  lines(): AsyncIterable<string>;
}
interface Logs {
  open(): Promise<Log>;
  lines(): AsyncIterable<string>;
}

class LogClient extends rpc.ClientStub {
  size(): Promise<number> {
    return rpc.unary(this, 0, []);
  }
  lines(): AsyncIterable<string> {
    return rpc.streaming(this, 1, []);
  }
}
const Log = rpc.defineService<Log>({
  name: "Log",
  fingerprint: "0".repeat(16),
  methods: [
    rpc.unaryMethod("size", "1".repeat(16), [], rpc.number),
    rpc.streamMethod("lines", "2".repeat(16), [], rpc.stream(rpc.string)),
  ],
  disposable: true,
  client: LogClient,
  dispatch: (service, method) => (method === 0 ? service.size() : service.lines()),
});
class LogsClient extends rpc.ClientStub implements Logs {
  open(): Promise<Log> {
    return rpc.unary(this, 0, []);
  }
  lines(): AsyncIterable<string> {
    return rpc.streaming(this, 1, []);
  }
}
const Logs = rpc.defineService<Logs>({
  name: "Logs",
  fingerprint: "3".repeat(16),
  methods: [
    rpc.unaryMethod(
      "open",
      "4".repeat(16),
      [],
      rpc.reference(() => Log as never),
    ),
    rpc.streamMethod("lines", "5".repeat(16), [], rpc.stream(rpc.string)),
  ],
  client: LogsClient,
  dispatch: (service, method) => (method === 0 ? service.open() : service.lines()),
});

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

let names = 0;

/**
 * Starts a client of a service whose answers come from a channel. Also reports whether its log was
 * disposed of.
 */
async function start() {
  const channel = new EventChannel<string>();
  const state = { disposed: false };
  async function* lines() {
    for await (const { value } of channel.stream()) yield value;
  }
  const log: Log = {
    lines,
    async size() {
      const { value } = await channel.stream().next();
      return Number(value?.value);
    },
    [Symbol.dispose]() {
      state.disposed = true;
    },
  };
  const transport = memory(`collected references ${names++}`);
  const server = await serve(transport, [Logs.implement({ open: async () => log, lines })]);
  undo.push(() => server.close({ drainMs: 0 }));
  const connection = await connect(transport);
  undo.push(() => connection.close({ drainMs: 0 }));
  return { channel, state, logs: connection.client(Logs) };
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Runs the garbage collector and its callbacks. */
async function collected(): Promise<void> {
  for (let round = 0; round < 10; round++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("waiting for the first item keeps a stream from being collected", async () => {
  const { channel, logs } = await start();
  const first = logs.lines()[Symbol.asyncIterator]().next();
  await collected();
  await channel.emit("a");
  expect(await first).toEqual({ done: false, value: "a" });
});

test("an object is disposed of after its last running call, not before", async () => {
  const { channel, state, logs } = await start();
  const size = (async () => (await logs.open()).size())();
  await collected();
  expect(state.disposed).toBe(false);
  await channel.emit("7");
  expect(await size).toBe(7);
  await expect
    .poll(() => {
      collect();
      return state.disposed;
    })
    .toBe(true);
});

test("an object is disposed of after its stream was read, not before", async () => {
  const { channel, state, logs } = await start();
  const opened = (async () => (await logs.open()).lines())();
  const lines = await opened;
  await collected();
  const reading = (async () => {
    for await (const line of lines) if (line === "b") break;
  })();
  await collected();
  await channel.emit("a");
  await collected();
  expect([state.disposed, channel.subscribers]).toEqual([false, 1]);
  await channel.emit("b");
  await reading;
  await expect
    .poll(() => {
      collect();
      return state.disposed;
    })
    .toBe(true);
});
