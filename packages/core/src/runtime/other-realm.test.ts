import { createContext, runInContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { callContext } from "../call/call-context.js";
import type { Connection } from "../call/connection.js";
import { connect } from "../connect/connect.js";
import { RpcError } from "../errors/rpc-error.js";
import { withOptions } from "../outbound/client-stub.js";
import { type Server, serve } from "../server/serve.js";
import * as rpc from "../stub-v1/index.js";
import { memory } from "../testing/index.js";
import { isError } from "./brands.js";

/**
 * Another realm, as jest makes one for each test file and a page for each frame: the same values
 * with other constructors.
 */
const realm = createContext({});
const foreign = (code: string): unknown => runInContext(`(${code})`, realm);

interface Echo {
  echo(value: unknown): Promise<unknown>;
  wait(signal: AbortSignal): Promise<void>;
  metadata(): Promise<unknown>;
  fail(): Promise<void>;
  shout(chunks: AsyncIterable<Uint8Array>): Promise<number>;
}

class EchoClient extends rpc.ClientStub implements Echo {
  echo = (value: unknown) => rpc.unary<unknown>(this, 0, [value]);
  wait = (signal: AbortSignal) => rpc.unary<void>(this, 1, [signal]);
  metadata = () => rpc.unary<unknown>(this, 2, []);
  fail = () => rpc.unary<void>(this, 3, []);
  shout = (chunks: AsyncIterable<Uint8Array>) => rpc.unary<number>(this, 4, [chunks]);
}

let thrown: unknown;
let isWaiting = Promise.withResolvers<void>();
const service = (value: rpc.Shape) =>
  rpc.defineService<Echo>({
    name: "Echo",
    fingerprint: "1",
    methods: [
      rpc.unaryMethod("echo", "1", [rpc.param("value", value)], value),
      rpc.unaryMethod("wait", "2", [rpc.param("signal", rpc.signal)], rpc.void),
      rpc.unaryMethod("metadata", "3", [], rpc.unknown),
      rpc.unaryMethod("fail", "4", [], rpc.void),
      rpc.unaryMethod("shout", "5", [rpc.param("chunks", rpc.byteStream("ReadableStream"))], rpc.number),
    ],
    client: EchoClient,
    dispatch: (echo, method, args) =>
      [echo.echo, echo.wait, echo.metadata, echo.fail, echo.shout][method]?.(...(args as [never])),
  });

let server: Server;
let connection: Connection;

async function open(value: rpc.Shape): Promise<Echo> {
  const transport = memory("another realm");
  const echo = service(value);
  server = await serve(transport, [echo.implement(implementation)], {
    onError: () => {},
    exposeErrors: "message",
  });
  connection = await connect(transport);
  return connection.client(echo);
}

const implementation: Echo = {
  echo: async (value) => value,
  async wait() {
    const { signal } = callContext();
    isWaiting.resolve();
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  },
  metadata: async () => ({ ...callContext().metadata }),
  async fail() {
    throw thrown;
  },
  async shout(chunks) {
    let sum = 0;
    for await (const chunk of chunks) sum += chunk.length;
    return sum;
  },
};

beforeEach(() => {
  isWaiting = Promise.withResolvers();
});

afterEach(async () => {
  await connection.close();
  await server.close();
});

const pair = rpc.object("Pair", { a: rpc.date, b: rpc.optional(rpc.bytes) });

describe.each<[string, rpc.Shape, string, unknown]>([
  ["a Date", rpc.date, "new Date(5)", new Date(5)],
  ["a Map", rpc.map(rpc.string, rpc.date), "new Map([['k', new Date(1)]])", new Map([["k", new Date(1)]])],
  ["a Set", rpc.set(rpc.bytes), "new Set([Uint8Array.of(1)])", new Set([Uint8Array.of(1)])],
  ["bytes", rpc.bytes, "Uint8Array.of(1, 2)", Uint8Array.of(1, 2)],
  ["part of a buffer", rpc.bytes, "new Uint8Array([1, 2, 3]).subarray(1)", Uint8Array.of(2, 3)],
  ["a typed array", rpc.typedArray("Float64Array"), "Float64Array.of(1.5)", Float64Array.of(1.5)],
  ["an array", rpc.array(rpc.date), "[new Date(1)]", [new Date(1)]],
  [
    "an object",
    pair,
    "({ a: new Date(1), b: Uint8Array.of(1), c: 3 })",
    { a: new Date(1), b: Uint8Array.of(1) },
  ],
  ["a record", rpc.record(rpc.set(rpc.number)), "({ x: new Set([1]) })", { x: new Set([1]) }],
  ["a bigint", rpc.bigint, "2n ** 80n", 2n ** 80n],
  ["a union's Date", rpc.union("U", [rpc.date, rpc.string]), "new Date(1)", new Date(1)],
  ["a union's bytes", rpc.union("U", [rpc.bytes, rpc.string]), "Uint8Array.of(7)", Uint8Array.of(7)],
  [
    "a union's object",
    rpc.union("U", [pair, rpc.array(rpc.string)]),
    "({ a: new Date(1) })",
    { a: new Date(1) },
  ],
  [
    "unknown data",
    rpc.unknown,
    "({ when: new Date(1), list: [new Date(2), Uint8Array.of(1)], deep: { at: new Date(3) }, toJSON: 1 })",
    { when: new Date(1), list: [new Date(2), Uint8Array.of(1)], deep: { at: new Date(3) }, toJSON: 1 },
  ],
])("%s of another realm", (_, shape, code, expected) => {
  test("travels as an argument and as a result", async () => {
    const echo = await open(shape);
    expect(await echo.echo(foreign(code))).toEqual(expected);
  });
});

test("metadata of another realm is accepted", async () => {
  const echo = await open(rpc.unknown);
  const metadata = foreign("({ trace: 'a1' })") as Record<string, string>;
  expect(await withOptions(echo, { metadata }).metadata()).toEqual({ trace: "a1" });
});

test("a value of an undeclared type is refused under its own name", async () => {
  const echo = await open(rpc.date);
  await expect(echo.echo(foreign("/x/"))).rejects.toThrow("expected Date, got RegExp");
  await expect(echo.echo(foreign("new Date(NaN)"))).rejects.toThrow("expected Date, got an invalid Date");
  await expect(echo.echo(foreign("Promise.resolve()"))).rejects.toThrow("expected Date, got Promise");
});

test("a promise of another realm is not mistaken for an object", async () => {
  const echo = await open(rpc.object("Empty", {}));
  await expect(echo.echo(foreign("Promise.resolve()"))).rejects.toThrow("expected Empty, got Promise");
});

test("an object that only looks like a Date is refused, not sent damaged", async () => {
  const echo = await open(rpc.date);
  for (const fake of [
    Object.create(Date.prototype),
    new Proxy(new Date(1), {}),
    { [Symbol.toStringTag]: "Date" },
  ])
    await expect(echo.echo(fake)).rejects.toMatchObject({ code: "invalidArgument" });
});

test("a map of another library travels", async () => {
  class ObservableMap {
    readonly #map = new Map([["a", 1]]);
    readonly [Symbol.toStringTag] = "Map";
    [Symbol.iterator]() {
      return this.#map[Symbol.iterator]();
    }
  }
  const echo = await open(rpc.map(rpc.string, rpc.number));
  expect(await echo.echo(new ObservableMap())).toEqual(new Map([["a", 1]]));
});

test("an error of another realm keeps its message, and travels as far as it may", async () => {
  const echo = await open(rpc.unknown);
  thrown = foreign("new TypeError('broken')");
  await expect(echo.fail()).rejects.toThrow("Echo.fail: broken");
  expect(RpcError.from(thrown).message).toBe("broken");
  thrown = foreign("Object.assign(new Error('stop'), { name: 'AbortError' })");
  expect(RpcError.from(thrown)).toMatchObject({ code: "cancelled", message: "stop", cause: thrown });
});

test("isError never throws", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(isError(proxy)).toBe(false);
  expect(isError(foreign("new RangeError()"))).toBe(true);
  expect(isError(new DOMException())).toBe(true);
});

/** A class like that of jsdom and older polyfills, not the runtime's own. */
class OtherSignal extends EventTarget {
  aborted = false;
  reason: unknown;
  readonly [Symbol.toStringTag] = "AbortSignal";

  abort(reason: unknown): void {
    this.aborted = true;
    this.reason = reason;
    this.dispatchEvent(new Event("abort"));
  }
}

test("a signal of another realm cancels a call, as an argument and as an option", async () => {
  const echo = await open(rpc.unknown);
  for (const call of [
    (signal: AbortSignal) => echo.wait(signal),
    (signal: AbortSignal) => withOptions(echo, { signal }).wait(new AbortController().signal),
  ]) {
    isWaiting = Promise.withResolvers();
    const signal = new OtherSignal();
    const waiting = call(signal as unknown as AbortSignal);
    await isWaiting.promise;
    signal.abort(foreign("new Error('enough')"));
    await expect(waiting).rejects.toMatchObject({
      code: "cancelled",
      message: "Echo.wait was cancelled: enough",
    });
  }
});

test("a stream of bytes of another realm is read, in pieces if one is large", async () => {
  const echo = await open(rpc.unknown);
  const chunks = foreign("(async function* () { yield new Uint8Array(200_000); yield Uint8Array.of(1); })()");
  expect(await echo.shout(chunks as AsyncIterable<Uint8Array>)).toBe(200_001);
});
