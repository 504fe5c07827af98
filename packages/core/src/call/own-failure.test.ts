import { expect, onTestFinished, test } from "vitest";
import { connect, RpcError, serve } from "../index.js";
import * as rpc from "../stub-v1/index.js";
import { memory } from "../testing/index.js";

interface Mill {
  sum(items: AsyncIterable<number>): Promise<number>;
  each(to: number, visit: (n: number) => Promise<number>): Promise<number>;
  /** Throws an error of its own once the stream fails. */
  strict(items: AsyncIterable<number>): Promise<number>;
  /** Fails before it reads. */
  broken(items: AsyncIterable<number>): Promise<number>;
  double(items: AsyncIterable<number>): AsyncIterable<number>;
}

class MillClient extends rpc.ClientStub implements Mill {
  sum = (items: AsyncIterable<number>) => rpc.unary<number>(this, 0, [items]);
  each = (to: number, visit: (n: number) => Promise<number>) => rpc.unary<number>(this, 1, [to, visit]);
  strict = (items: AsyncIterable<number>) => rpc.unary<number>(this, 2, [items]);
  broken = (items: AsyncIterable<number>) => rpc.unary<number>(this, 3, [items]);
  double = (items: AsyncIterable<number>) => rpc.streaming<AsyncIterable<number>>(this, 4, [items]);
}

const items = rpc.param("items", rpc.stream(rpc.number));
const visit = rpc.param("visit", rpc.func("visit", [rpc.param("n", rpc.number)], rpc.number, "1"));
const Mill = rpc.defineService<Mill>({
  name: "Mill",
  fingerprint: "1",
  methods: [
    rpc.unaryMethod("sum", "1", [items], rpc.number),
    rpc.unaryMethod("each", "2", [rpc.param("to", rpc.number), visit], rpc.number),
    rpc.unaryMethod("strict", "3", [items], rpc.number),
    rpc.unaryMethod("broken", "4", [items], rpc.number),
    rpc.streamMethod("double", "5", [items], rpc.stream(rpc.number)),
  ],
  client: MillClient,
  dispatch(mill, method, args) {
    const methods = [mill.sum, mill.each, mill.strict, mill.broken, mill.double];
    return Reflect.apply(methods[method] as () => unknown, mill, args);
  },
});

const implementation: Mill = {
  async sum(items) {
    let sum = 0;
    for await (const item of items) sum += item;
    return sum;
  },
  async each(to, visit) {
    let sum = 0;
    for (let n = 0; n < to; n++) sum += await visit(n);
    return sum;
  },
  async strict(items) {
    try {
      return await implementation.sum(items);
    } catch {
      throw new RpcError("dataLoss", "half a stream");
    }
  },
  async broken() {
    throw new Error("of the server");
  },
  async *double(items) {
    for await (const item of items) yield 2 * item;
  },
};

let names = 0;

async function open(exposeErrors: "none" | "message" = "none") {
  const transport = memory(`own failure ${names++}`);
  const server = await serve(transport, [Mill.implement(implementation)], { onError: () => {} });
  const connection = await connect(transport, { onError: () => {}, exposeErrors });
  onTestFinished(async () => {
    await connection.close();
    await server.close();
  });
  return connection.client(Mill);
}

async function* failing(thrown: unknown) {
  yield 1;
  throw thrown;
}

const errorOf = async (call: Promise<unknown>): Promise<RpcError> =>
  call.then(
    () => {
      throw new Error("it did not fail");
    },
    (error) => error,
  );

const own = new Error("mine");

test.each(["none", "message"] as const)(
  "an exception of the caller's stream is the cause (%s)",
  async (expose) => {
    const error = await errorOf((await open(expose)).sum(failing(own)));
    expect(error).toBeInstanceOf(RpcError);
    expect(error.code).toBe("unknown");
    expect(error.message).toBe("Mill.sum: a stream or function that was passed to it threw: mine");
    expect(error.cause).toBe(own);
  },
);

test.each([
  [
    "synchronously",
    () => {
      throw own;
    },
  ],
  [
    "later",
    async () => {
      throw own;
    },
  ],
])("an exception that the caller's function throws %s is the cause", async (_, visit) => {
  const error = await errorOf((await open()).each(1, visit as () => Promise<number>));
  expect(error.message).toBe("Mill.each: a stream or function that was passed to it threw: mine");
  expect(error.cause).toBe(own);
});

test("an RpcError of the caller keeps its code and details", async () => {
  const thrown = new RpcError("notFound", "nothing", { details: { id: 1 } });
  const error = await errorOf((await open()).sum(failing(thrown)));
  expect(error).toMatchObject({ code: "notFound", details: { id: 1 } });
  expect(error.cause).toBe(thrown);
  expect(thrown.stack).toContain("own-failure.test");
});

test.each([null, undefined, "text", Symbol("s")])("a thrown %o is the cause too", async (thrown) => {
  const error = await errorOf((await open()).sum(failing(thrown)));
  expect(error.code).toBe("unknown");
  expect("cause" in error).toBe(true);
  expect(error.cause).toBe(thrown);
});

test("a source that cannot be iterated fails with the caller's exception", async () => {
  const mill = await open();
  const sources = [
    {
      [Symbol.asyncIterator]() {
        throw own;
      },
    },
    {
      [Symbol.asyncIterator]: () => ({
        next() {
          throw own;
        },
      }),
    },
  ];
  for (const source of sources) {
    const error = await errorOf(mill.sum(source as unknown as AsyncIterable<number>));
    expect(error.cause).toBe(own);
  }
});

test("an item of the wrong type is named in the caller's error", async () => {
  const error = await errorOf(
    (await open()).sum(
      (async function* () {
        yield "text" as unknown as number;
      })(),
    ),
  );
  expect(error.code).toBe("invalidArgument");
  expect(error.message).toContain("expected number, got string");
});

test("an error that the server throws instead keeps the caller's exception as its cause", async () => {
  const error = await errorOf((await open()).strict(failing(own)));
  expect(error).toMatchObject({ code: "dataLoss", message: "half a stream" });
  expect(error.cause).toBe(own);
});

test("an error of the server alone has no cause", async () => {
  const mill = await open();
  const error = await errorOf(
    mill.broken(
      (async function* () {
        yield 1;
      })(),
    ),
  );
  expect(error.code).toBe("internal");
  expect(error.cause).toBeUndefined();
});

test("concurrent calls have their own causes", async () => {
  const mill = await open();
  const thrown = [new Error("a"), new Error("b"), new Error("c")];
  const errors = await Promise.all(
    thrown.map((each) =>
      errorOf(
        mill.each(1, async () => {
          throw each;
        }),
      ),
    ),
  );
  expect(errors.map(({ cause }) => cause)).toEqual(thrown);
});

test("a returned stream fails with the exception of the caller's stream", async () => {
  const mill = await open();
  const read = async () => {
    const got: number[] = [];
    for await (const item of mill.double(failing(own))) got.push(item);
  };
  expect((await errorOf(read())).cause).toBe(own);
});
