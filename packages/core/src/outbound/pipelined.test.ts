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

/** A client of a server that a test plays, message by message. */
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
  /** What the client has sent and nobody has looked at. */
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

test("a chain goes out before anything is answered", async () => {
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

test("a chain goes out at once over a connection that comes back, too, while it is there", async () => {
  const { server, client, sent, giveNode } = await script({ options: { reconnect: { minDelayMs: 1 } } });
  const path = pipelined(client).node("a").path();
  expect(await sent()).toMatchObject([call(0, "node", "a"), follow(1, 0, "path")]);
  giveNode(0, 10);
  server.send(encodeResult(1, "a"));
  expect(await path).toBe("a");
});

test("what is let go of is let go of after the last call of it", async () => {
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

test("what the program looks at is its own to let go of", async () => {
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

test("await using lets go of it at its end", async () => {
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

test("calls of one object go out in their order, also where one of them has to wait", async () => {
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

test("a stream of an object that is not there yet is read from it, and keeps it", async () => {
  const { trees, client } = await open();
  const steps: string[] = [];
  for await (const step of await pipelined(client).node("a").child("b").steps()) {
    steps.push(step);
    await turns();
  }
  expect(steps).toEqual(["a", "b"]);
  expect(trees.log).not.toContain("dispose a/b");
});

test("the error of a call is that of those that follow it, also before the peer has answered these", async () => {
  const { server, client, sent } = await script();
  const node = pipelined(client).node("a");
  const path = node.child("b").path();
  await sent();
  server.send(encodeError(0, { code: "notFound", message: "no such node" }));
  const error = await path.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "notFound", message: "no such node" });
  expect(await node.then(undefined, (thrown: unknown) => thrown)).toBe(error);
  // Nothing has to be cancelled: the peer fails them by itself.
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

test("a call that is given up takes those that follow it along, and what they bring all the same is released", async () => {
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
  // A call that has settled is not followed any more.
  await expect(node.path()).rejects.toMatchObject({ code: "cancelled" });
  expect(await sent()).toEqual([]);
});

test("a deadline that passes is that of those that follow as well", async () => {
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

test("an answer that is no object fails those that follow, and they are cancelled", async () => {
  const { server, client, sent } = await script();
  const path = pipelined(client).node("a").path();
  await sent();
  server.send(encodeResult(0, "no reference"));
  await expect(path).rejects.toMatchObject({ code: "internal", message: /Trees\.node/ });
  expect(await sent()).toEqual([{ kind: "cancel", id: 1, code: "cancelled" }]);
});

test("while the peer closes, what it will still return can be called", async () => {
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

test("the end of the connection settles all of them", async () => {
  const { server, client, sent } = await script();
  const path = pipelined(client).node("a").child("b").path();
  await sent();
  await server.connection.close();
  await expect(path).rejects.toMatchObject({ code: "unavailable" });
});

test("calls that wait count as calls", async () => {
  const { client, sent } = await script({ options: { limits: { maxCallsInFlight: 2 } } });
  const node = pipelined(client).node("a");
  const paths = [node.path(), node.path()];
  await expect(paths[1]).rejects.toMatchObject({ code: "resourceExhausted" });
  expect(await sent()).toHaveLength(2);
  void paths[0]?.catch(() => {});
});

test("arguments that are not of their types fail their own call only", async () => {
  const { trees, client } = await open();
  const node = pipelined(client).node("a");
  await expect(node.child(5 as never)).rejects.toMatchObject({ code: "invalidArgument" });
  expect(trees.log).toContain("node a");
});

test("a method that what is returned does not have is not there", async () => {
  const { client } = await open();
  const node = pipelined(client).node("a");
  expect(node).not.toHaveProperty("nothing");
  expect(Reflect.get(node, "nothing")).toBeUndefined();
  await node;
});

test("a rule of the returned interface holds", async () => {
  const { client } = await open();
  await expect(pipelined(client).node("a").secret()).rejects.toMatchObject({ code: "permissionDenied" });
});

test("a function among the arguments is called by the object that was not there yet", async () => {
  const { client, nothingLeft } = await open();
  expect(
    await pipelined(client)
      .node("a")
      .tell(async (path) => `${path}!`),
  ).toBe("a!");
  await nothingLeft();
});

test("what comes back as an object of this side is called here", async () => {
  const { client } = await open();
  // The server releases it with the call that it came with, which is no reason for this one to be disposed of.
  const local = () => Object.assign(new LocalNode(new LocalTrees(), "local"), { [Symbol.dispose]() {} });
  expect(await pipelined(client).same(local()).path()).toBe("local");
  expect(await pipelined(client).same(local()).child("b").path()).toBe("local/b");
});

test("a function that is returned has the methods of functions, and no others", async () => {
  const { client } = await open();
  const join = pipelined(client).joiner("a") as unknown as {
    call(self: undefined, second: string): Promise<string>;
  };
  expect(await join.call(undefined, "b")).toBe("ab");
});

test("a result that is an object or nothing is waited for", async () => {
  const { client } = await open();
  const found = pipelined(client).find("a") as unknown as Node;
  expect(await found.path()).toBe("a");
  const none = pipelined(client).find("none") as unknown as Node;
  await expect(none.path()).rejects.toBeInstanceOf(TypeError);
});

test("a chain of a failed call in the middle, of many, and after all leaves nothing", async () => {
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

test("a chain may be longer than the stack is deep", async () => {
  const local = new LocalTrees();
  let node = pipelined(local).node("a");
  for (let i = 0; i < 12_000; i++) node = node.child("");
  expect((await node.path()).length).toBe(12_001);
});

test("nobody is told of the error of a call that only others follow, and of one that nobody looks at as before", async () => {
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
