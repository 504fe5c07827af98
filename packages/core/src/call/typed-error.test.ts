import { afterEach, expect, test } from "vitest";
import { connect } from "../connect/connect.js";
import { RpcError } from "../errors/rpc-error.js";
import { type ServeOptions, serve } from "../server/serve.js";
import * as rpc from "../stub-v1/index.js";
import { memory } from "../testing/index.js";
import type { ErrorReport } from "./error-reports.js";

let constructed = 0;

class OutOfStock extends Error {
  readonly sku: string;
  readonly left: number;
  constructor(sku: string, left: number) {
    super(`${sku} is out of stock`, { cause: new Error("a secret") });
    constructed++;
    this.sku = sku;
    this.left = left;
  }
  get nearly(): boolean {
    return this.left > 0;
  }
}

class SoldOutForever extends OutOfStock {}

class Locked extends RpcError {
  readonly until: Date;
  constructor(until: Date) {
    super("aborted", "locked", { details: { by: "stocktaking" } });
    this.name = "Locked";
    this.until = until;
  }
}

interface Shop {
  buy(how: string): Promise<string>;
}

class ShopClient extends rpc.ClientStub implements Shop {
  buy(...args: Parameters<Shop["buy"]>): ReturnType<Shop["buy"]> {
    return rpc.unary(this, 0, args);
  }
}

const outOfStock = (left: rpc.Shape = rpc.number) =>
  rpc.errorType("OutOfStock", OutOfStock, { message: rpc.string, sku: rpc.string, left });
const locked = rpc.errorType("Locked", Locked, { until: rpc.date, code: rpc.string, details: rpc.unknown });

const shopWith = (errors: readonly rpc.ErrorType[]) =>
  rpc.defineService<Shop>({
    name: "Shop",
    fingerprint: "1",
    methods: [rpc.unaryMethod("buy", "1", [rpc.param("how", rpc.string)], rpc.string, { errors })],
    client: ShopClient,
    dispatch: (service, _, args) => service.buy(...(args as [string])),
  });
const Shop = shopWith([outOfStock(), locked]);

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

let names = 0;

/** Returns the caller's error when the handler throws, and the server's reports. */
async function thrownBy(
  thrown: unknown,
  {
    client = Shop,
    server = Shop,
    ...options
  }: ServeOptions & { client?: typeof Shop; server?: typeof Shop } = {},
) {
  const transport = memory(`typed error ${++names}`);
  const reports: ErrorReport[] = [];
  const buy = async () => {
    throw thrown;
  };
  const onError = (report: ErrorReport) => void reports.push(report);
  const running = await serve(transport, [server.implement({ buy })], { onError, ...options });
  undo.push(() => running.close());
  const connection = await connect(transport);
  undo.push(() => connection.close());
  const error: unknown = await connection
    .client(client)
    .buy("now")
    .catch((caught) => caught);
  return { error: error as Error, reports };
}

test("a declared error arrives as its class, with its fields, and its constructor does not run", async () => {
  const original = new OutOfStock("hammer", 2);
  constructed = 0;
  const { error, reports } = await thrownBy(original);
  expect(error).toBeInstanceOf(OutOfStock);
  expect(error).not.toBe(original);
  expect(error).not.toBeInstanceOf(RpcError);
  expect(error).toMatchObject({ sku: "hammer", left: 2, nearly: true, message: "hammer is out of stock" });
  expect(Object.keys(error).sort()).toEqual(["left", "sku"]);
  expect(error.name).toBe("OutOfStock");
  expect(error.stack).toMatch(/^OutOfStock: hammer is out of stock\n/);
  expect(structuredClone(error)).toBeInstanceOf(Error);
  expect(constructed).toBe(0);
  expect(reports).toEqual([]);
});

test("neither the cause nor the stack of a declared error travels", async () => {
  function insideTheServer() {
    return new OutOfStock("hammer", 2);
  }
  const { error } = await thrownBy(insideTheServer());
  expect(error.cause).toBeUndefined();
  expect(error.stack).not.toContain("insideTheServer");
});

test("a subclass of a declared class arrives as the declared class", async () => {
  const { error } = await thrownBy(new SoldOutForever("hammer", 0));
  expect(Object.getPrototypeOf(error)).toBe(OutOfStock.prototype);
  expect(error).toMatchObject({ sku: "hammer", left: 0 });
});

test("a declared subclass of RpcError keeps its code and details", async () => {
  const until = new Date(86_400_000);
  const { error, reports } = await thrownBy(new Locked(until));
  expect(error).toBeInstanceOf(Locked);
  expect(error).toBeInstanceOf(RpcError);
  expect(error).toMatchObject({ name: "Locked", code: "aborted", details: { by: "stocktaking" }, until });
  expect(reports).toEqual([]);
});

test("a declared error shows its stack where stacks are exposed", async () => {
  const { error } = await thrownBy(new Locked(new Date(0)), { exposeErrors: "stack" });
  expect((error as Locked).remoteStack).toContain("typed-error.test");
});

test("an error that is not declared stays hidden", async () => {
  const { error, reports } = await thrownBy(new OutOfStock("secret", 1), { server: shopWith([locked]) });
  expect(error).toMatchObject({ name: "RpcError", code: "internal" });
  expect(error.message).not.toContain("secret");
  expect(reports).toHaveLength(1);
});

test("a caller that does not know the class gets an RpcError with its message", async () => {
  const { error } = await thrownBy(new OutOfStock("hammer", 1), { client: shopWith([]) });
  expect(Object.getPrototypeOf(error)).toBe(RpcError.prototype);
  expect(error).toMatchObject({ code: "unknown", message: "hammer is out of stock" });
});

test("an error with a field of the wrong type arrives as internal and is reported whole", async () => {
  const { error, reports } = await thrownBy(new OutOfStock("hammer", "secret" as unknown as number));
  expect(error).toMatchObject({ name: "RpcError", code: "internal" });
  expect(error.message).toBe("Shop.buy threw an invalid error OutOfStock: left: expected number, got string");
  expect(reports).toHaveLength(1);
  expect((reports.at(0)?.error as Error | undefined)?.cause).toBeInstanceOf(OutOfStock);
});

test("an error with a field that cannot be read arrives as internal", async () => {
  const hostile = Object.defineProperty(new OutOfStock("hammer", 1), "left", {
    get() {
      throw new Error("no");
    },
  });
  const { error, reports } = await thrownBy(hostile);
  expect(error).toMatchObject({ code: "internal" });
  expect(reports).toHaveLength(1);
});

test("a field of another type than at the caller makes the error internal there", async () => {
  const { error } = await thrownBy(new OutOfStock("hammer", 2), {
    client: shopWith([outOfStock(rpc.string)]),
  });
  expect(error).toMatchObject({ code: "internal" });
  expect(error.message).toContain("left: expected string, got");
});

test.each([null, undefined, 1, "text", Object.create(null), Proxy.revocable({}, {}).proxy])(
  "a method that declares errors may throw any value",
  async (thrown) => {
    const { error } = await thrownBy(thrown);
    expect(error).toMatchObject({ code: "internal" });
  },
);
