import { afterEach, beforeEach, expect, test } from "vitest";
import { type Connection, connect, pipelined, RpcError, type Server, serve, withOptions } from "../index.js";
import * as rpc from "../stub-v1/index.js";
import { memory } from "../testing/index.js";

class OutOfStock extends Error {
  override readonly name = "OutOfStock";
}

interface Failing {
  internal(): Promise<void>;
  typed(): Promise<void>;
  hang(): Promise<void>;
  items(): AsyncIterable<number>;
  same(): Promise<Failing>;
}

class FailingClient extends rpc.ClientStub implements Failing {
  internal = () => rpc.unary<void>(this, 0, []);
  typed = () => rpc.unary<void>(this, 1, []);
  hang = () => rpc.unary<void>(this, 2, []);
  items = () => rpc.streaming<AsyncIterable<number>>(this, 3, []);
  same = () => rpc.unary<Failing>(this, 4, []);
}

const outOfStock = rpc.errorType("OutOfStock", OutOfStock, {});
const Failing: rpc.Service<Failing> = rpc.defineService<Failing>({
  name: "Failing",
  fingerprint: "1",
  methods: [
    rpc.unaryMethod("internal", "1", [], rpc.void),
    rpc.unaryMethod("typed", "2", [], rpc.void, { errors: [outOfStock] }),
    rpc.unaryMethod("hang", "3", [], rpc.void),
    rpc.streamMethod("items", "4", [], rpc.stream(rpc.number)),
    rpc.unaryMethod(
      "same",
      "5",
      [],
      rpc.reference(() => Failing),
    ),
  ],
  client: FailingClient,
  dispatch(failing, method) {
    const methods = [failing.internal, failing.typed, failing.hang, failing.items, failing.same];
    return Reflect.apply(methods[method] as () => unknown, failing, []);
  },
});

const implementation: Failing = {
  async internal() {
    throw new Error("secret");
  },
  async typed() {
    throw new OutOfStock("sold out");
  },
  hang: () => new Promise(() => {}),
  async *items() {
    yield 1;
    throw new RpcError("notFound", "no more");
  },
  async same() {
    return implementation;
  },
};

let server: Server;
let connection: Connection;
let failing: Failing;

const open = async (options = {}) => {
  server = await serve(memory("stacks"), [Failing.implement(implementation)], { onError: () => {} });
  connection = await connect(memory("stacks"), options);
  failing = connection.client(Failing);
};

beforeEach(() => open());

afterEach(async () => {
  await connection.close({ drainMs: 0 });
  await server.close({ drainMs: 0 });
});

const stackOf = async (run: () => Promise<unknown>): Promise<string> => {
  try {
    await run();
  } catch (thrown) {
    return String((thrown as Error).stack);
  }
  throw new Error("it did not fail");
};

const ways: readonly [string, () => Promise<unknown>][] = [
  ["a hidden error", () => failing.internal()],
  ["a declared error", () => failing.typed()],
  ["a deadline", () => withOptions(failing, { timeoutMs: 5 }).hang()],
  ["a cancellation", () => withOptions(failing, { signal: AbortSignal.timeout(5) }).hang()],
  [
    "a connection that ends",
    () => {
      const hanging = failing.hang();
      connection.abort();
      return hanging;
    },
  ],
  [
    "a server that aborts",
    () => {
      const hanging = failing.hang();
      for (const each of server.connections) each.abort();
      return hanging;
    },
  ],
  ["Promise.all", () => Promise.all([failing.internal(), failing.same()])],
  ["a then in between", () => failing.internal().then(() => 5)],
  ["a pipelined call", () => pipelined(failing).same().internal()],
];

test.each(ways)("the stack of the error names the caller: %s", async (_, way) => {
  async function theCaller() {
    return await way();
  }
  const stack = await stackOf(theCaller);
  expect(stack).toContain("theCaller");
  expect(stack).toContain("stack-of-caller.test.ts");
});

test("the stack of a stream's error names its reader", async () => {
  async function theReader() {
    const items: number[] = [];
    for await (const item of failing.items()) items.push(item);
  }
  const stack = await stackOf(theReader);
  expect(stack).toMatch(/^RpcError: no more\n/);
  expect(stack).toContain("theReader");
});

test("the stack begins with the name and the message of the error", async () => {
  expect(await stackOf(async () => await failing.typed())).toMatch(/^OutOfStock: sold out\n/);
});

test("the stack names the caller through interceptors and over a reconnecting connection", async () => {
  for (const options of [
    { interceptors: [(call: never, next: (call: never) => Promise<unknown>) => next(call)] },
    { reconnect: true },
  ]) {
    await connection.close();
    await server.close();
    await open(options);
    async function theCaller() {
      return await failing.internal();
    }
    expect(await stackOf(theCaller)).toContain("theCaller");
  }
});
