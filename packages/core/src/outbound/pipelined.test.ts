import { expect, onTestFinished, test } from "vitest";
import { type ConnectOptions, connect } from "../connect/connect.js";
import { pipelined, RpcError, serve, withOptions } from "../index.js";
import { parseWhole, type WholeMessage } from "../test-support/parse-whole.js";
import { LocalNode, LocalTrees, type Node, nodeMethods, Trees, treesMethods } from "../test-support/trees.js";
import { countsOf } from "../testing/counts-of.js";
import { memory, type ScriptedPeer, scriptedTransport } from "../testing/index.js";
import { defaultLimits } from "../transport/limits.js";
import { encodeGoodbye } from "../wire/messages/connection.js";
import { encodeWelcome, introduce } from "../wire/messages/handshake.js";
import { encodeReferences } from "../wire/messages/reference.js";
import { encodeError, encodeResult } from "../wire/messages/result.js";

const turns = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};

let names = 0;

async function open(options: ConnectOptions = {}) {
  const trees = new LocalTrees();
  const transport = memory(`pipelined ${names++}`);
  const server = await serve(transport, [Trees.implement(trees)], { onError: () => {} });
  onTestFinished(() => server.close({ drainMs: 0 }));
  const connection = await connect(transport, { onError: () => {}, ...options });
  onTestFinished(() => connection.close({ drainMs: 0 }));
  const nothingLeft = async () => {
    await turns();
    const nothing = { calls: 0, running: 0, deferred: 0, streams: 0, references: 0 };
    for (const side of [connection, ...server.connections]) expect(countsOf(side)).toEqual(nothing);
  };
  return { trees, connection, client: connection.client(Trees), nothingLeft };
}

/** A client, and a server that the test scripts message by message. */
async function script({ pipelining = true, options = {} as ConnectOptions } = {}) {
  let peer = undefined as ScriptedPeer | undefined;
  const welcome = introduce(defaultLimits, [Trees.implement(new LocalTrees())]);
  const limits = { ...welcome.limits, pipelining };
  const transport = scriptedTransport((server) => {
    peer = server;
    server.send(encodeWelcome({ ...welcome, limits }));
  });
  const connection = await connect(transport, { onError: () => {}, ...options });
  onTestFinished(() => connection.abort());
  const server = peer as ScriptedPeer;
  /** Messages of the client that the test has not read yet. */
  const sent = async (): Promise<WholeMessage[]> => {
    await turns();
    return server.received.splice(0).map((bytes) => parseWhole(bytes));
  };
  await sent();
  const giveNode = (id: number, number: number) => {
    server.send(encodeReferences([{ kind: "object", number }]));
    server.send(encodeResult(id, 0));
  };
  return { connection, server, client: connection.client(Trees), sent, giveNode };
}

const call = (id: number, method: keyof typeof treesMethods, ...args: unknown[]) => ({
  kind: "call",
  id,
  target: 0,
  method: treesMethods[method],
  args,
});
const follow = (id: number, on: number, method: keyof typeof nodeMethods, ...args: unknown[]) => ({
  kind: "pipelinedCall",
  id,
  on,
  method: nodeMethods[method],
  args,
});
const onNode = (id: number, target: number, method: keyof typeof nodeMethods, ...args: unknown[]) => ({
  kind: "call",
  id,
  target,
  method: nodeMethods[method],
  args,
});

test("a chain goes out before any call is answered", async () => {
  const { server, client, sent, giveNode } = await script();
  const path = pipelined(client).node("a").child("b").path();
  expect(await sent()).toMatchObject([
    call(0, "node", "a"),
    follow(1, 0, "child", "b"),
    follow(2, 1, "path"),
  ]);
  giveNode(0, 10);
  giveNode(1, 11);
  expect(await sent()).toEqual([]);
  server.send(encodeResult(2, "a/b"));
  expect(await path).toBe("a/b");
  expect(await sent()).toEqual([
    { kind: "release", number: 11 },
    { kind: "release", number: 10 },
  ]);
});

test("a chain also goes out at once over a reconnecting connection while it is connected", async () => {
  const { server, client, sent, giveNode } = await script({ options: { reconnect: { minDelayMs: 1 } } });
  const path = pipelined(client).node("a").path();
  expect(await sent()).toMatchObject([call(0, "node", "a"), follow(1, 0, "path")]);
  giveNode(0, 10);
  server.send(encodeResult(1, "a"));
  expect(await path).toBe("a");
});

test("an object in a chain is released after the last call on it", async () => {
  const { server, client, sent, giveNode } = await script();
  const node = pipelined(client).node("a");
  const first = node.path();
  const second = node.path();
  await sent();
  server.send(encodeResult(2, "second"));
  giveNode(0, 10);
  expect([await second, await sent()]).toEqual(["second", []]);
  server.send(encodeResult(1, "first"));
  expect([await first, await sent()]).toEqual(["first", [{ kind: "release", number: 10 }]]);
  await expect(node.path()).rejects.toMatchObject({ code: "failedPrecondition" });
});

test("an object that the program awaits is left for it to release", async () => {
  const { server, client, sent, giveNode } = await script();
  const node = pipelined(client).node("a");
  const path = node.path();
  await sent();
  giveNode(0, 10);
  server.send(encodeResult(1, "a"));
  using held = await node;
  expect([await path, await sent()]).toEqual(["a", []]);
  const again = held.path();
  expect(await sent()).toMatchObject([onNode(1, 10, "path")]);
  server.send(encodeResult(1, "again"));
  expect(await again).toBe("again");
});

test("await using releases an object at the end of its block", async () => {
  const { trees, client, nothingLeft } = await open();
  {
    await using node = pipelined(client).node("a");
    expect([await node.path(), await node.child("b").path(), await node.path()]).toEqual(["a", "a/b", "a"]);
    expect(trees.log).not.toContain("dispose a");
  }
  await nothingLeft();
  expect(trees.log.filter((line) => line.startsWith("dispose")).sort()).toEqual(["dispose a", "dispose a/b"]);
});

test.each([
  ["a peer that does not know pipelined calls", { pipelining: false }],
  [
    "a client with interceptors",
    { options: { interceptors: [(call, next) => next(call)] } as ConnectOptions },
  ],
])("over %s the second call waits for the first", async (_, how) => {
  const { server, client, sent, giveNode } = await script(how);
  const path = pipelined(client).node("a").path();
  expect(await sent()).toMatchObject([call(0, "node", "a")]);
  giveNode(0, 10);
  expect(await sent()).toMatchObject([onNode(0, 10, "path")]);
  server.send(encodeResult(0, "a"));
  expect(await path).toBe("a");
  expect(await sent()).toEqual([{ kind: "release", number: 10 }]);
});

test("calls on one object go out in order, also if one of them has to wait", async () => {
  const { client, sent, giveNode } = await script();
  const node = pipelined(client).node("a");
  void node.path().catch(() => {});
  void node.note("first");
  void node.path().catch(() => {});
  expect(await sent()).toMatchObject([call(0, "node", "a"), follow(1, 0, "path")]);
  giveNode(0, 10);
  const methods = (await sent()).map((message) => [message.kind, "method" in message && message.method]);
  expect(methods).toEqual([
    ["notify", nodeMethods.note],
    ["call", nodeMethods.path],
  ]);
});

test("a stream of a future object is read from it and keeps it held", async () => {
  const { trees, client } = await open();
  const steps: string[] = [];
  for await (const step of await pipelined(client).node("a").child("b").steps()) {
    steps.push(step);
    await turns();
  }
  expect(steps).toEqual(["a", "b"]);
  expect(trees.log).not.toContain("dispose a/b");
});

test("pipelined calls fail with the error of their base call, also before the peer answers them", async () => {
  const { server, client, sent } = await script();
  const node = pipelined(client).node("a");
  const path = node.child("b").path();
  await sent();
  server.send(encodeError(0, { code: "notFound", message: "no such node" }));
  const error = await path.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "notFound", message: "no such node" });
  expect(await node.then(undefined, (thrown: unknown) => thrown)).toBe(error);
  // No cancellation is needed: the peer fails them by itself.
  expect(await sent()).toEqual([]);
  for (const id of [1, 2]) server.send(encodeError(id, { code: "unknown", message: "of the peer" }));
  await sent();
  // Their ids are free again.
  const sizes = [0, 1, 2].map(() => client.size());
  const ids = (await sent()).map((message) => "id" in message && message.id);
  expect(ids.sort()).toEqual([0, 1, 2]);
  for (const id of [0, 1, 2]) server.send(encodeResult(id, id));
  await Promise.all(sizes);
});

test("cancelling a call cancels those pipelined on it, and late results are released", async () => {
  const { server, client, sent, giveNode } = await script();
  const controller = new AbortController();
  const node = pipelined(withOptions(client, { signal: controller.signal })).node("a");
  const child = node.child("b");
  const path = child.path();
  await sent();
  controller.abort(new Error("enough"));
  for (const promise of [node, child, path])
    await expect(promise).rejects.toMatchObject({ code: "cancelled", message: /Trees.node.*enough/ });
  expect(await sent()).toEqual([0, 1, 2].map((id) => ({ kind: "cancel", id, code: "cancelled" })));
  giveNode(0, 10);
  giveNode(1, 11);
  server.send(encodeResult(2, "late"));
  expect(await sent()).toEqual([10, 11].map((number) => ({ kind: "release", number })));
  // No call can be pipelined on one that has settled.
  await expect(node.path()).rejects.toMatchObject({ code: "cancelled" });
  expect(await sent()).toEqual([]);
});

test("a deadline of a base call also ends the calls pipelined on it", async () => {
  const { client, sent } = await script();
  const path = pipelined(withOptions(client, { timeoutMs: 20 }))
    .node("a")
    .path();
  await expect(path).rejects.toMatchObject({ code: "deadlineExceeded", message: /Trees\.node/ });
  expect((await sent()).slice(2)).toMatchObject([
    { kind: "cancel", id: 0, code: "deadlineExceeded" },
    { kind: "cancel", id: 1, code: "deadlineExceeded" },
  ]);
});

test("a result that is not an object fails the pipelined calls, which are cancelled", async () => {
  const { server, client, sent } = await script();
  const path = pipelined(client).node("a").path();
  await sent();
  server.send(encodeResult(0, "no reference"));
  await expect(path).rejects.toMatchObject({ code: "internal", message: /Trees\.node/ });
  expect(await sent()).toEqual([{ kind: "cancel", id: 1, code: "cancelled" }]);
});

test("while the peer closes, its future results can still be called", async () => {
  const { server, client, sent, giveNode } = await script();
  const node = pipelined(client).node("a");
  await sent();
  server.send(encodeGoodbye());
  await sent();
  const path = node.path();
  expect(await sent()).toMatchObject([follow(1, 0, "path")]);
  giveNode(0, 10);
  server.send(encodeResult(1, "a"));
  expect(await path).toBe("a");
});

test("the end of the connection settles all calls of a chain", async () => {
  const { server, client, sent } = await script();
  const path = pipelined(client).node("a").child("b").path();
  await sent();
  await server.connection.close();
  await expect(path).rejects.toMatchObject({ code: "unavailable" });
});

test("pipelined calls count as calls in flight", async () => {
  const { client, sent } = await script({ options: { limits: { maxCallsInFlight: 2 } } });
  const node = pipelined(client).node("a");
  const paths = [node.path(), node.path()];
  await expect(paths[1]).rejects.toMatchObject({ code: "resourceExhausted" });
  expect(await sent()).toHaveLength(2);
  void paths[0]?.catch(() => {});
});

test("arguments of the wrong type fail only their own call", async () => {
  const { trees, client } = await open();
  const node = pipelined(client).node("a");
  await expect(node.child(5 as never)).rejects.toMatchObject({ code: "invalidArgument" });
  expect(trees.log).toContain("node a");
});

test("a method that the result's type lacks is undefined", async () => {
  const { client } = await open();
  const node = pipelined(client).node("a");
  expect(node).not.toHaveProperty("nothing");
  expect(Reflect.get(node, "nothing")).toBeUndefined();
  await node;
});

test("a rule of the returned interface applies", async () => {
  const { client } = await open();
  await expect(pipelined(client).node("a").secret()).rejects.toMatchObject({ code: "permissionDenied" });
});

test("a future object can call a function among the arguments", async () => {
  const { client, nothingLeft } = await open();
  expect(
    await pipelined(client)
      .node("a")
      .tell(async (path) => `${path}!`),
  ).toBe("a!");
  await nothingLeft();
});

test("a result that is an object of this side is called here", async () => {
  const { client } = await open();
  // The server releases it with the call that carried it. That must not dispose of this one.
  const local = () => Object.assign(new LocalNode(new LocalTrees(), "local"), { [Symbol.dispose]() {} });
  expect(await pipelined(client).same(local()).path()).toBe("local");
  expect(await pipelined(client).same(local()).child("b").path()).toBe("local/b");
});

test("a returned function has the methods of functions and no others", async () => {
  const { client } = await open();
  const join = pipelined(client).joiner("a") as unknown as {
    call(self: undefined, second: string): Promise<string>;
  };
  expect(await join.call(undefined, "b")).toBe("ab");
});

test("a call on a result that may be an object or nothing waits for it", async () => {
  const { client } = await open();
  const found = pipelined(client).find("a") as unknown as Node;
  expect(await found.path()).toBe("a");
  const none = pipelined(client).find("none") as unknown as Node;
  await expect(none.path()).rejects.toBeInstanceOf(TypeError);
});

test("a failed chain and many chains at once leave nothing behind", async () => {
  const { trees, client, nothingLeft } = await open();
  const failed = pipelined(client).node("a").child("none").child("c").path();
  await expect(failed).rejects.toMatchObject({ code: "notFound", message: "no such child" });
  const all = Array.from({ length: 100 }, (_, index) =>
    pipelined(client).node("a").child(String(index)).path(),
  );
  expect(await Promise.all(all)).toEqual(Array.from({ length: 100 }, (_, index) => `a/${index}`));
  await nothingLeft();
  expect(trees.log.filter((line) => line.startsWith("dispose"))).toHaveLength(201);
});

test("a chain of any length does not exhaust the stack", async () => {
  const local = new LocalTrees();
  let node = pipelined(local).node("a");
  for (let i = 0; i < 12_000; i++) node = node.child("");
  expect((await node.path()).length).toBe(12_001);
});

test("an error that no one reads is one unhandled rejection, of the last call of the chain", async () => {
  const { client } = await open();
  const unhandled: unknown[] = [];
  const listener = (reason: unknown) => void unhandled.push(reason);
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", listener);
  try {
    await expect(pipelined(client).node("none").path()).rejects.toBeInstanceOf(RpcError);
    await turns();
    expect(unhandled).toEqual([]);
    pipelined(client).node("none").path();
    await turns();
    expect(unhandled).toMatchObject([{ code: "notFound" }]);
  } finally {
    process.removeAllListeners("unhandledRejection");
    for (const other of others) process.on("unhandledRejection", other);
  }
});
