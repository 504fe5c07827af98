import { expect, onTestFinished, test, vi } from "vitest";
import { msgpackCodec } from "../codec/msgpack-codec.js";
import { serve } from "../server/serve.js";
import * as rpc from "../stub-v1/index.js";
import { countsOf, memory, ScriptedPeer } from "../testing/index.js";
import { defaultLimits, type Limits } from "../transport/limits.js";
import { encodeCall, encodeCancel } from "../wire/messages/call.js";
import { encodeGoodbye } from "../wire/messages/connection.js";
import { encodeHello, introduce } from "../wire/messages/handshake.js";
import { parseMessage } from "../wire/parse-message.js";
import { callBudgets } from "./process-budget.js";

interface Store {
  put(bytes: Uint8Array): Promise<void>;
  putAny(value: unknown): Promise<void>;
}

class StoreClient extends rpc.ClientStub implements Store {
  put(...args: Parameters<Store["put"]>): ReturnType<Store["put"]> {
    return rpc.unary(this, 0, args);
  }
  putAny(...args: Parameters<Store["putAny"]>): ReturnType<Store["putAny"]> {
    return rpc.unary(this, 1, args);
  }
}

const Store = rpc.defineService<Store>({
  name: "Store",
  fingerprint: "0",
  methods: [
    rpc.unaryMethod("put", "1", [rpc.param("bytes", rpc.bytes)], rpc.void),
    rpc.unaryMethod("putAny", "2", [rpc.param("value", rpc.unknown)], rpc.void),
  ],
  client: StoreClient,
  dispatch: (service, method, args) =>
    method === 0
      ? service.put(...(args as Parameters<Store["put"]>))
      : service.putAny(...(args as Parameters<Store["putAny"]>)),
});

/** Starts a server whose handlers run until the test finishes them, and a peer. */
async function open(name: string, limits: Partial<Limits>) {
  const running: { readonly bytes: number; finish(): void }[] = [];
  const put = (bytes: Uint8Array) =>
    new Promise<void>((finish) => running.push({ bytes: bytes.length, finish }));
  const server = await serve(memory(name), [Store.implement({ put, putAny: () => put(new Uint8Array(0)) })], {
    limits,
  });
  const peer = new ScriptedPeer(await memory(name).dial(new AbortController().signal));
  peer.send(encodeHello(introduce(defaultLimits, [])));
  await peer.next();
  const call = (id: number, bytes: number) =>
    peer.send(encodeCall(id, { target: 0, method: 0 }, [new Uint8Array(bytes)]));
  const close = async () => {
    await peer.connection.close();
    await server.close();
  };
  return {
    running,
    server,
    peer,
    call,
    close,
    next: async () => parseMessage(await peer.next(), defaultLimits),
  };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

test("calls are queued while running calls hold maxRunningBytes, and start in order as those end", async () => {
  const { running, call, next, close } = await open("running bytes", { maxRunningBytes: 25_000 });
  for (let id = 0; id < 5; id++) call(id, 10_000 + id);
  await turn();
  // Three calls hold more than the limit, two do not.
  expect(running.map(({ bytes }) => bytes)).toEqual([10_000, 10_001, 10_002]);
  running[1]?.finish();
  expect(await next()).toMatchObject({ kind: "result", id: 1 });
  await turn();
  expect(running.map(({ bytes }) => bytes)).toEqual([10_000, 10_001, 10_002, 10_003]);
  for (const { finish } of running) finish();
  await turn();
  running[4]?.finish();
  const answered = [await next(), await next(), await next(), await next()];
  expect(answered.map((message) => "id" in message && message.id).sort()).toEqual([0, 2, 3, 4]);
  await close();
});

test("calls count by the memory that they take, and queued calls are not decoded", async () => {
  const decode = vi.spyOn(msgpackCodec, "decode");
  onTestFinished(() => decode.mockRestore());
  const { running, server, peer, close } = await open("decoded bytes", { maxRunningBytes: 100_000 });
  const before = decode.mock.calls.length;
  // A kilobyte of empty maps takes 96 KiB once it is decoded.
  const maps = new Array<object>(1_000).fill({});
  for (let id = 0; id < 3; id++) peer.send(encodeCall(id, { target: 0, method: 1 }, [maps]));
  await turn();
  expect(running).toHaveLength(2);
  expect(decode.mock.calls.length - before).toBe(2);
  for (const connection of server.connections)
    expect(countsOf(connection)).toMatchObject({ running: 2, deferred: 1 });
  for (const { finish } of running) finish();
  await turn();
  expect(running).toHaveLength(3);
  running[2]?.finish();
  await turn();
  await close();
});

test("all connections of the thread share one budget, and one that holds little gets its part", async () => {
  const limits = { maxProcessBytes: 1_000_000, maxRunningBytes: 100_000_000 };
  const greedy = await open("greedy", limits);
  const late = await open("late", limits);
  for (let id = 0; id < 12; id++) greedy.call(id, 100_000);
  await turn();
  expect(greedy.running.length).toBeLessThan(10);
  const alone = greedy.running.length;
  late.call(0, 300_000);
  late.call(1, 300_000);
  await turn();
  // Half of the budget is its part. More than that waits for the other connection.
  expect(late.running).toHaveLength(1);
  for (const { finish } of greedy.running) finish();
  await turn();
  expect(late.running).toHaveLength(2);
  expect(greedy.running.length).toBeGreaterThan(alone);
  for (const { running } of [greedy, late]) for (const { finish } of running) finish();
  await turn();
  for (const { finish } of greedy.running) finish();
  await greedy.close();
  await late.close();
});

test("a call of a closed connection counts until its handler has ended", async () => {
  const before = callBudgets.service.bytes;
  const { running, call, peer, server } = await open("gone", {});
  call(0, 100_000);
  await turn();
  const held = callBudgets.service.bytes - before;
  expect(held).toBeGreaterThan(100_000);
  await peer.connection.close();
  await turn();
  expect(callBudgets.service.bytes - before).toBe(held);
  running[0]?.finish();
  await turn();
  expect(callBudgets.service.bytes).toBe(before);
  await server.close();
});

test("the largest message also runs if the limit is lower", async () => {
  const { running, call, next, close } = await open("one large", {
    maxRunningBytes: 1,
    maxMessageBytes: 2_000_000,
  });
  call(0, 1_999_000);
  call(1, 10);
  await turn();
  expect(running.map(({ bytes }) => bytes)).toEqual([1_999_000]);
  running[0]?.finish();
  expect(await next()).toMatchObject({ kind: "result", id: 0 });
  await turn();
  running[1]?.finish();
  expect(await next()).toMatchObject({ kind: "result", id: 1 });
  await close();
});

test("a closing connection does not wait for queued calls that were refused", async () => {
  const { running, server, peer, call } = await open("refused in the end", { maxRunningBytes: 1 });
  call(0, 10);
  for (const id of [1, 2, 3]) peer.send(encodeCall(id, { target: 0, method: 0 }, ["not bytes"]));
  await turn();
  const [connection] = server.connections;
  const closing = connection?.close({ drainMs: 3_600_000 });
  peer.send(encodeGoodbye());
  await turn();
  running[0]?.finish();
  await closing;
  await server.close();
});

test("calls that do not fit in the queue are refused, and a cancelled call releases its bytes", async () => {
  const { call, next, peer, close } = await open("no room", {
    maxRunningBytes: 1_000,
    maxDeferredBytes: 12_000,
  });
  call(0, 1_000);
  call(1, 10_000);
  call(2, 10_000);
  const refused = await next();
  expect(refused).toMatchObject({ kind: "error", id: 2, error: { code: "resourceExhausted" } });
  expect(refused.kind === "error" && refused.error.message).toContain("maxDeferredBytes");
  peer.send(encodeCancel(1, "cancelled"));
  expect(await next()).toMatchObject({ kind: "error", id: 1, error: { code: "cancelled" } });
  call(3, 10_000);
  await turn();
  expect(peer.received).toEqual([]);
  await close();
});

test("a cancelled call counts until its handler has ended", async () => {
  const { running, call, next, peer, close } = await open("given up", { maxRunningBytes: 1_000 });
  call(0, 1_000);
  peer.send(encodeCancel(0, "cancelled"));
  expect(await next()).toMatchObject({ kind: "error", id: 0 });
  call(1, 1_001);
  await turn();
  expect(running).toHaveLength(1);
  running[0]?.finish();
  await turn();
  expect(running).toHaveLength(2);
  await close();
});
