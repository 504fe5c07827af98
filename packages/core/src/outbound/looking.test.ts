import { inspect, isDeepStrictEqual } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import type { ConnectOptions } from "../connect/connect.js";
import { connect, pipelined, release, serve, withOptions } from "../index.js";
import { subscription } from "../references/shapes/subscription.js";
import * as rpc from "../stub-v1/index.js";
import { LocalTrees, Trees } from "../test-support/trees.js";
import { countsOf } from "../testing/counts-of.js";
import { memory } from "../testing/index.js";

let names = 0;

async function open(options: ConnectOptions = {}) {
  const transport = memory(`looking ${names++}`);
  const made: string[] = [];
  const server = await serve(transport, [Trees.implement(new LocalTrees())], {
    interceptors: [
      (call, next) => {
        made.push(call.method);
        return next(call);
      },
    ],
  });
  onTestFinished(() => server.close({ drainMs: 0 }));
  const connection = await connect(transport, options);
  onTestFinished(() => connection.close({ drainMs: 0 }));
  const nothing = { calls: 0, running: 0, deferred: 0, streams: 0, references: 0 };
  return { server, connection, client: connection.client(Trees), made, nothing };
}

const probes = [
  "$$typeof",
  "asymmetricMatch",
  "nodeType",
  "tagName",
  "inspect",
  "_isMockFunction",
  "__v_isRef",
  "toJSON",
  "@@__IMMUTABLE_ITERABLE__@@",
  Symbol.iterator,
  Symbol.toPrimitive,
];

/** Probes a value the way libraries do: serializers, loggers, templates, assertions, frameworks. */
async function lookAt(value: object): Promise<void> {
  JSON.stringify({ value });
  inspect(value, { depth: 5, showProxy: false });
  inspect(value, { showProxy: true });
  String(value);
  `${value as unknown as string}`;
  for (const name of probes) {
    const found: unknown = Reflect.get(value, name);
    // Some libraries call it if it exists: JSON.stringify `toJSON`, jest `asymmetricMatch`.
    if (typeof found === "function") Reflect.apply(found, value, ["x"]);
    void (name in value);
  }
  Object.keys(value);
  void { ...value };
  for (const _ in value);
  isDeepStrictEqual(value, {});
  isDeepStrictEqual({ value }, { value: {} });
  expect({ value }).not.toEqual({ value: { a: 1 } });
  Object.prototype.toString.call(value);
  void (value instanceof Error);
  // A value that an async function returns is awaited.
  const wrapped = await (async () => ({ value }))();
  void wrapped;
}

test("inspecting a client makes no calls", async () => {
  const { connection, client, made } = await open();
  await lookAt(client);
  expect(await (client as unknown as Promise<unknown>)).toBe(client);
  await lookAt(connection);
  expect(await (connection as unknown as Promise<unknown>)).toBe(connection);
  expect(countsOf(connection).calls).toBe(0);
  await client.size();
  expect(made).toEqual(["size"]);
});

test("inspecting a pipelined client makes no calls", async () => {
  const { connection, client, made } = await open();
  const chain = pipelined(client);
  await lookAt(chain);
  // A promise resolves with the client itself. A `then` would be called.
  expect(await (chain as unknown as Promise<unknown>)).toBe(chain);
  expect(JSON.stringify(chain)).toBe("{}");
  expect(`${chain as unknown as string}`).toBe("[object Object]");
  expect((chain as unknown as object).constructor).toBe(client.constructor);
  expect(Reflect.get(chain, "nothingOfTheKind")).toBeUndefined();
  expect(countsOf(connection).calls).toBe(0);
  await client.size();
  expect(made).toEqual(["size"]);
});

test.each<[string, ConnectOptions]>([
  ["sent at once", {}],
  ["made later, because of interceptors,", { interceptors: [(call, next) => next(call)] }],
  ["of a connection that comes back", { reconnect: true }],
])("looking at the result of a pipelined call does nothing where it is %s", async (_, options) => {
  const { server, connection, client, made, nothing } = await open(options);
  const node = pipelined(client).node("a");
  await lookAt(node);
  const child = node.child("b");
  await lookAt(child);
  expect(JSON.stringify([node, child])).toBe("[{},{}]");
  expect(`${child}`).toBe("[object Promise]");
  expect(Reflect.get(child, "nothingOfTheKind")).toBeUndefined();
  expect(await child.path()).toBe("a/b");
  expect(made).toEqual(["node", "child", "path"]);
  // A result that was only inspected is released after the calls on it.
  await expect.poll(() => [...server.connections].map(countsOf)).toEqual([nothing]);
  void connection;
});

test("inspecting a pipelined result of data, or of a local object, calls nothing", async () => {
  const { client, made } = await open();
  const size = pipelined(client).size();
  await lookAt(size);
  expect(typeof (await size)).toBe("number");
  expect(made).toEqual(["size"]);
  const local = pipelined(new LocalTrees()).node("a");
  await lookAt(local);
  expect(await local.child("b").path()).toBe("a/b");
});

test("inspecting an object of the peer makes no calls", async () => {
  const { client, made } = await open();
  const node = await client.node("a");
  await lookAt(node);
  const steps = node.steps();
  await lookAt(steps);
  expect(made).toEqual(["node"]);
});

interface Named {
  toJSON(): Promise<string>;
  toString(): Promise<string>;
}

test("a contract's method of such a name is called", async () => {
  const Named = rpc.defineService<Named>({
    name: "Named",
    fingerprint: "1",
    methods: [
      rpc.unaryMethod("toJSON", "1", [], rpc.string),
      rpc.unaryMethod("toString", "2", [], rpc.string),
    ],
    client: class extends rpc.ClientStub implements Named {
      toJSON() {
        return rpc.unary<string>(this, 0, []);
      }
      override toString() {
        return rpc.unary<string>(this, 1, []);
      }
    } as never,
    dispatch: (named, method) => (method === 0 ? named.toJSON() : named.toString()),
  });
  const transport = memory(`looking ${names++}`);
  const implementation: Named = { toJSON: async () => "json", toString: async () => "text" };
  await using _server = await serve(transport, [Named.implement(implementation)]);
  await using connection = await connect(transport);
  const chain = pipelined(connection.client(Named)) as unknown as Named;
  expect(await chain.toJSON()).toBe("json");
  expect(await chain.toString()).toBe("text");
});

/**
 * Wraps like Vue's `reactive`: objects that are read are wrapped too, unless they are not
 * extensible.
 */
function reactive<T extends object>(target: T): T {
  return new Proxy(target, {
    get(own, name, receiver) {
      const found: unknown = Reflect.get(own, name, receiver);
      const isPlain =
        Object.prototype.toString.call(found) === "[object Object]" && Object.isExtensible(found);
      return isPlain ? reactive(found as object) : found;
    },
  });
}

test.each<[string, <T extends object>(value: T) => T]>([
  ["a plain Proxy", (value) => new Proxy(value, {})],
  ["a deep one, as Vue's", reactive],
])("what a program holds works inside %s", async (_, wrap) => {
  const { server, connection, client, nothing } = await open();
  const state = wrap({ server, connection, client: wrap(client) });
  expect(typeof (await state.client.size())).toBe("number");
  expect(typeof (await withOptions(state.client, { timeoutMs: 5_000 }).size())).toBe("number");
  expect(await pipelined(state.client).node("a").child("b").path()).toBe("a/b");
  expect(typeof (await wrap(state.connection).client(Trees).size())).toBe("number");
  expect(wrap(state.connection).state).toBe("connected");
  expect(wrap(state.server).connections.size).toBe(1);

  // An object of the peer is sent back as itself, and works through its wrapper.
  const node = wrap(await client.node("a"));
  const same = wrap(await client.same(node));
  expect(await same.path()).toBe("a");
  const steps: string[] = [];
  for await (const step of wrap(node.steps())) steps.push(step);
  expect(steps).toEqual(["a"]);
  const stepwise = wrap(node.steps() as AsyncGenerator<string>);
  expect(await stepwise.next()).toEqual({ done: false, value: "a" });
  expect(await stepwise.return(undefined)).toMatchObject({ done: true });
  same[Symbol.dispose]();
  release(node);
  await client.size();
  expect([...server.connections].map(countsOf)).toEqual([nothing]);

  await wrap(state.connection).close();
  await wrap(state.server).close();
});

test("a subscription inside a Proxy can be ended and awaited", async () => {
  class WatchedClient extends rpc.ClientStub {
    watch() {
      return rpc.unary<import("../references/shapes/subscription.js").Subscription>(this, 0, []);
    }
  }
  const Watched = rpc.defineService<WatchedClient>({
    name: "Watched",
    fingerprint: "1",
    methods: [rpc.unaryMethod("watch", "1", [], rpc.subscription)],
    client: WatchedClient,
    dispatch: (watched) => watched.watch(),
  });
  const transport = memory(`looking ${names++}`);
  const stopped = Promise.withResolvers<void>();
  const implementation = { watch: async () => subscription(stopped.resolve) } as unknown as WatchedClient;
  await using _server = await serve(transport, [Watched.implement(implementation)]);
  await using connection = await connect(transport);
  const held = reactive(await connection.client(Watched).watch());
  held[Symbol.dispose]();
  await stopped.promise;
  expect(await held.ended).toMatchObject({ by: "subscriber" });
});
