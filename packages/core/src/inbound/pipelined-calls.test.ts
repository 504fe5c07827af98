import { expect, onTestFinished, test } from "vitest";
import { type ServeOptions, serve } from "../server/serve.js";
import { LocalNode, LocalTrees, nodeMethods, Trees, treesMethods } from "../test-support/trees.js";
import { countsOf } from "../testing/counts-of.js";
import { memory, ScriptedPeer } from "../testing/index.js";
import { defaultLimits } from "../transport/limits.js";
import { encodeCall, encodeCancel, encodePipelinedCall } from "../wire/messages/call.js";
import { encodeHello, introduce } from "../wire/messages/handshake.js";
import { encodeReferences, encodeRelease } from "../wire/messages/reference.js";
import type { Message } from "../wire/messages/table.js";
import { parseMessage } from "../wire/parse-message.js";

let names = 0;

/** Starts a server of trees, and a raw peer of it after the handshake. */
async function start(options: ServeOptions = {}) {
  const trees = new LocalTrees();
  const transport = memory(`pipelined calls ${names++}`);
  const reports: unknown[] = [];
  const onError = ({ error }: { readonly error: unknown }) => void reports.push(error);
  const server = await serve(transport, [Trees.implement(trees)], { onError, ...options });
  onTestFinished(() => server.close({ drainMs: 0 }));
  const peer = new ScriptedPeer(await transport.dial(new AbortController().signal));
  onTestFinished(() => peer.connection.close());
  peer.send(encodeHello(introduce(defaultLimits, [])));
  await peer.next();
  const call = (id: number, method: keyof typeof treesMethods, ...args: unknown[]) =>
    peer.send(encodeCall(id, { target: 0, method: treesMethods[method] }, args));
  const follow = (id: number, on: number, method: keyof typeof nodeMethods, ...args: unknown[]) =>
    peer.send(encodePipelinedCall(id, { on, method: nodeMethods[method] }, args));
  const next = async (): Promise<Message> => parseMessage(await peer.next(), defaultLimits);
  /** Returns the next answers by id, and skips messages about references. */
  const answers = async (count: number) => {
    const all = new Map<number, unknown>();
    while (all.size < count) {
      const message = await next();
      if (message.kind === "references" || message.kind === "release") continue;
      if (message.kind === "result") all.set(message.id, message.value);
      else if (message.kind === "error") all.set(message.id, message.error);
      else throw new Error(`a ${message.kind} is no answer`);
    }
    return all;
  };
  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    trees.held = promise;
    return resolve;
  };
  const counts = () => [...server.connections].map(countsOf)[0];
  return { trees, server, peer, call, follow, next, answers, hold, reports, counts };
}

const turns = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};
const noObject = { code: "failedPrecondition" };

test("a chain of calls runs without further messages of the peer", async () => {
  const { call, follow, answers } = await start();
  call(0, "node", "a");
  follow(1, 0, "child", "b");
  follow(2, 1, "child", "c");
  follow(3, 2, "path");
  follow(4, 0, "path");
  const all = await answers(5);
  expect([all.get(3), all.get(4)]).toEqual(["a/b/c", "a"]);
});

test("pipelined calls on one call start in order of arrival", async () => {
  const { trees, call, follow, answers, hold } = await start();
  const go = hold();
  call(0, "node", "a");
  for (let id = 1; id <= 20; id++) follow(id, 0, "child", String(id));
  await turns();
  expect(trees.log).toEqual(["node a"]);
  go();
  await answers(21);
  expect(trees.log.slice(1)).toEqual(Array.from({ length: 20 }, (_, index) => `child ${index + 1} of a`));
});

test("an answered call is a base while the peer holds its object and does not reuse its id", async () => {
  const { peer, call, follow, answers, next } = await start();
  call(0, "node", "a");
  await answers(1);
  follow(1, 0, "path");
  expect((await answers(1)).get(1)).toBe("a");
  // The id is free: from now on it means the next call, whatever its outcome.
  call(0, "node", "none");
  await answers(1);
  follow(1, 0, "path");
  expect((await answers(1)).get(1)).toMatchObject(noObject);
  call(0, "size");
  await answers(1);
  follow(1, 0, "path");
  expect((await answers(1)).get(1)).toMatchObject(noObject);
  call(0, "node", "b");
  const announced = await next();
  const number = announced.kind === "references" ? (announced.references[0]?.number as number) : -1;
  await answers(1);
  peer.send(encodeRelease(number));
  follow(1, 0, "path");
  expect((await answers(1)).get(1)).toMatchObject(noObject);
});

test("the id of a call that was refused unread is not a base", async () => {
  const { peer, call, follow, answers } = await start({ limits: { maxNesting: 2 } });
  call(0, "node", "a");
  await answers(1);
  peer.send(encodeCall(0, { target: 0, method: treesMethods.node }, [[[[[]]]]]));
  expect((await answers(1)).get(0)).toMatchObject({ code: "resourceExhausted" });
  follow(1, 0, "path");
  expect((await answers(1)).get(1)).toMatchObject(noObject);
  follow(2, 0, "secret");
  expect((await answers(1)).get(2)).toMatchObject(noObject);
});

test.each([
  ["a call that was never made", 7],
  ["itself", 1],
  ["the highest id", 0xffff_ffff],
])("a call pipelined on %s fails, and the connection stays open", async (_, on) => {
  const { call, follow, answers } = await start();
  follow(1, on, "path");
  expect((await answers(1)).get(1)).toMatchObject(noObject);
  call(1, "size");
  expect((await answers(1)).get(1)).toBe(0);
});

test("two calls pipelined on each other fail", async () => {
  const { follow, answers, counts } = await start();
  follow(1, 2, "child", "x");
  follow(2, 1, "child", "x");
  expect([...(await answers(2)).values()]).toMatchObject([noObject, noObject]);
  expect(counts()).toMatchObject({ running: 0, deferred: 0 });
});

test("a call pipelined on one that does not return an object by reference fails at once", async () => {
  const { call, follow, answers, hold } = await start();
  const go = hold();
  call(0, "size");
  follow(1, 0, "path");
  call(2, "find", "a");
  follow(3, 2, "path");
  const all = await answers(4);
  // Unions, and references inside of a result, cannot be called before they arrive.
  expect([all.get(1), all.get(3)]).toMatchObject([noObject, noObject]);
  go();
});

test("an unknown or one-way method of the returned object cannot be called", async () => {
  const { peer, call, follow, answers } = await start();
  call(0, "node", "a");
  peer.send(encodePipelinedCall(1, { on: 0, method: 99 }, []));
  follow(2, 0, "note", "x");
  const all = await answers(3);
  expect([all.get(1), all.get(2)]).toMatchObject([{ code: "unimplemented" }, { code: "unimplemented" }]);
});

test("a returned function is called as method 0", async () => {
  const { peer, call, answers } = await start();
  call(0, "joiner", "a");
  peer.send(encodePipelinedCall(1, { on: 0, method: 0 }, ["b"]));
  expect((await answers(2)).get(1)).toBe("ab");
});

test("a failed call fails all calls pipelined on it, directly or not", async () => {
  const { call, follow, answers, counts } = await start();
  call(0, "node", "none");
  follow(1, 0, "child", "b");
  follow(2, 1, "path");
  follow(3, 0, "path");
  const all = await answers(4);
  const error = { code: "notFound", message: "no such node" };
  expect([0, 1, 2, 3].map((id) => all.get(id))).toMatchObject([error, error, error, error]);
  await turns();
  expect(counts()).toEqual({ calls: 0, running: 0, deferred: 0, streams: 0, references: 0 });
});

test("an object of the peer that is returned to it cannot be called here", async () => {
  const { peer, follow, answers } = await start();
  peer.send(encodeReferences([{ kind: "object", number: 0 }]));
  peer.send(encodeCall(0, { target: 0, method: treesMethods.same }, [0]));
  follow(1, 0, "path");
  expect((await answers(2)).get(1)).toMatchObject(noObject);
});

test("rules of the returned interface are checked before arguments are read", async () => {
  const { peer, call, answers, hold } = await start();
  const go = hold();
  call(0, "node", "a");
  // Truncated arguments break the connection of a peer that may call.
  peer.send(encodePipelinedCall(1, { on: 0, method: nodeMethods.secret }, ["abc"]).slice(0, -2));
  expect((await answers(1)).get(1)).toMatchObject({ code: "permissionDenied" });
  go();
  await answers(1);
  // The same for an answered base call.
  peer.send(encodePipelinedCall(1, { on: 0, method: nodeMethods.secret }, ["abc"]).slice(0, -2));
  expect((await answers(1)).get(1)).toMatchObject({ code: "permissionDenied" });
});

test("cancelling a call cancels calls pipelined on it, and cancelling one of these leaves the others", async () => {
  const { trees, peer, call, follow, answers, hold, counts } = await start();
  const go = hold();
  call(0, "node", "a");
  follow(1, 0, "child", "b");
  follow(2, 1, "path");
  follow(3, 0, "path");
  peer.send(encodeCancel(1, "cancelled"));
  const first = await answers(2);
  expect([first.get(1), first.get(2)]).toMatchObject([{ code: "cancelled" }, { code: "cancelled" }]);
  expect(counts()).toMatchObject({ running: 1, deferred: 1 });
  peer.send(encodeCancel(0, "deadlineExceeded"));
  const second = await answers(2);
  expect([second.get(0), second.get(3)]).toMatchObject([
    { code: "deadlineExceeded" },
    { code: "deadlineExceeded" },
  ]);
  go();
  await turns();
  expect(trees.log).toEqual(["node a", "dispose a"]);
  expect(counts()).toEqual({ calls: 0, running: 0, deferred: 0, streams: 0, references: 0 });
});

test("a handler that fails after its call was cancelled does not fail calls pipelined on the next call with its id", async () => {
  const { peer, call, follow, answers, hold } = await start();
  const failLate = hold();
  call(0, "node", "none");
  await turns();
  peer.send(encodeCancel(0, "cancelled"));
  await answers(1);
  const go = hold();
  call(0, "node", "a");
  follow(1, 0, "path");
  await turns();
  failLate();
  await turns();
  go();
  expect((await answers(2)).get(1)).toBe("a");
});

test("the deadline of a pipelined call starts when it runs", async () => {
  const { peer, call, answers, hold } = await start();
  const go = hold();
  call(0, "node", "a");
  peer.send(encodePipelinedCall(1, { on: 0, method: nodeMethods.path }, [], { timeoutMs: 60_000 }));
  await turns();
  go();
  expect((await answers(2)).get(1)).toBe("a");
});

test("a flood of pipelined calls is queued up to maxDeferredBytes, and the rest is refused", async () => {
  const { trees, call, follow, answers, hold, counts } = await start({
    limits: { maxDeferredBytes: 10_000 },
  });
  const go = hold();
  call(0, "node", "a");
  for (let id = 1; id <= 1000; id++) follow(id, 0, "path");
  const refused = await answers(991);
  expect(new Set([...refused.values()].map((error) => (error as { code: string }).code))).toEqual(
    new Set(["resourceExhausted"]),
  );
  // The first calls are queued. Each costs a kilobyte beside its bytes.
  expect([...refused.keys()].some((id) => id <= 9)).toBe(false);
  expect(counts()).toMatchObject({ running: 1, deferred: 9 });
  go();
  await answers(9);
  expect(trees.log).toHaveLength(10);
  expect(counts()).toMatchObject({ running: 0, deferred: 0 });
});

test("the bytes of waiting pipelined calls are released when they end", async () => {
  const { call, follow, answers, hold } = await start({ limits: { maxDeferredBytes: 3_500 } });
  for (let round = 0; round < 20; round++) {
    const go = hold();
    call(0, "node", round % 2 === 0 ? "a" : "none");
    for (let id = 1; id <= 3; id++) follow(id, 0, "path");
    await turns();
    go();
    const all = await answers(4);
    if (round % 2 === 0) expect(all.get(3)).toBe("a");
    else expect(all.get(3)).toMatchObject({ code: "notFound" });
  }
});

const length = 8_000;

test("a long chain fails without exhausting the stack", async () => {
  const { call, follow, answers, hold } = await start({ limits: { maxDeferredBytes: 64 * 1024 * 1024 } });
  const go = hold();
  call(0, "node", "none");
  for (let id = 1; id <= length; id++) follow(id, id - 1, "child", "b");
  await turns();
  go();
  expect((await answers(length + 1)).get(length)).toMatchObject({ code: "notFound" });
});

test("a long chain of methods that return at once runs without exhausting the stack", async () => {
  const limits = { maxDeferredBytes: 64 * 1024 * 1024, maxReferences: length + 10 };
  const { trees, call, follow, answers, hold } = await start({ limits });
  const go = hold();
  trees.node = (async () => {
    await trees.held;
    const atOnce = new LocalNode(trees, "at once");
    atOnce.child = (() => atOnce) as never;
    return atOnce;
  }) as never;
  call(0, "node", "a");
  for (let id = 1; id < length; id++) follow(id, id - 1, "child", "b");
  follow(length, length - 1, "path");
  await turns();
  go();
  expect((await answers(length + 1)).get(length)).toBe("at once");
});

test("the id of a waiting call cannot be reused", async () => {
  const { peer, call, follow, hold, reports } = await start();
  hold();
  call(0, "node", "a");
  follow(1, 0, "path");
  call(1, "size");
  await peer.ended();
  expect(String(reports[0])).toContain("id 1 for two calls at once");
});

test("an object that is sent back with a pipelined call is kept for it, also if it is released meanwhile", async () => {
  const { trees, peer, call, answers, next, hold, counts } = await start();
  call(0, "node", "a");
  const announced = await next();
  const number = announced.kind === "references" ? (announced.references[0]?.number as number) : -1;
  await answers(1);
  const go = hold();
  for (const [name, id] of [
    ["b", 1],
    ["none", 3],
  ] as const) {
    call(id, "node", name);
    peer.send(encodeReferences([{ kind: "receiverHosted", number }]));
    peer.send(encodePipelinedCall(id + 1, { on: id, method: nodeMethods.beside }, [0]));
  }
  peer.send(encodeRelease(number));
  await turns();
  expect(trees.log).not.toContain("dispose a");
  go();
  const all = await answers(4);
  expect(all.get(2)).toBe("b a");
  expect(all.get(4)).toMatchObject({ code: "notFound" });
  await turns();
  expect(trees.log).toContain("dispose a");
  expect(counts()).toMatchObject({ references: 1, running: 0, deferred: 0 });
});

test("references in the arguments of a pipelined call are released if it never runs", async () => {
  const { peer, call, next, hold } = await start();
  const go = hold();
  call(0, "node", "none");
  peer.send(encodeReferences([{ kind: "object", number: 0 }]));
  peer.send(encodePipelinedCall(1, { on: 0, method: nodeMethods.tell }, [0]));
  await turns();
  go();
  const kinds = [await next(), await next(), await next()].map(({ kind }) => kind);
  expect(kinds.sort()).toEqual(["error", "error", "release"]);
});

test("the end of the connection drops waiting calls", async () => {
  const { trees, peer, call, follow, hold } = await start();
  const go = hold();
  call(0, "node", "a");
  follow(1, 0, "path");
  await turns();
  await peer.connection.close();
  await turns();
  go();
  await turns();
  expect(trees.log).toEqual(["node a", "dispose a"]);
});
