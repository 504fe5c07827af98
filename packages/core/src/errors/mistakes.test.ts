import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type Connection,
  concurrencyLimit,
  connect,
  EventChannel,
  retry,
  type Server,
  serve,
  throttled,
  withOptions,
} from "../index.js";
import { tracing } from "../opentelemetry/index.js";
import * as rpc from "../stub-v1/index.js";
import { memory } from "../testing/index.js";

interface Hello {
  greet(name: string): Promise<string>;
}

class HelloClient extends rpc.ClientStub implements Hello {
  greet(name: string): Promise<string> {
    return rpc.unary(this, 0, [name]);
  }
}

const Hello = rpc.defineService<Hello>({
  name: "Hello",
  fingerprint: "1",
  methods: [rpc.unaryMethod("greet", "1", [rpc.param("name", rpc.string)], rpc.string)],
  client: HelloClient,
  dispatch: (hello, _, args) => hello.greet(...(args as [string])),
});

const implementation: Hello = { greet: async (name) => `Hello ${name}` };
const at = memory("mistakes");
let server: Server;
let connection: Connection;

beforeEach(async () => {
  server = await serve(at, [Hello.implement(implementation)]);
  connection = await connect(at);
});

afterEach(async () => {
  await connection.close();
  await server.close();
});

/** Returns the error that a caller in plain JavaScript gets, thrown or rejected. */
async function messageOf(mistake: () => unknown): Promise<string> {
  try {
    await mistake();
  } catch (thrown) {
    expect(thrown).toMatchObject({ name: "RpcError", code: "invalidArgument" });
    return (thrown as Error).message;
  }
  throw new Error("it was accepted");
}

const js = <T>(value: unknown): T => value as T;

describe("an unknown option is refused, with the probable one", () => {
  test.each<[string, () => unknown, string]>([
    [
      "connect",
      () => connect(at, js({ timeout: 5 })),
      "connect: unknown option timeout; did you mean timeoutMs? the options are timeoutMs, signal",
    ],
    [
      "serve",
      () => serve(at, [], js({ idletimeoutMS: 5 })),
      "serve: unknown option idletimeoutMS; did you mean idleTimeoutMs?",
    ],
    [
      "withOptions",
      () => withOptions(connection.client(Hello), js({ timout: 5 })),
      "withOptions: unknown option timout; did you mean timeoutMs?",
    ],
    [
      "withOptions, nothing like it",
      () => withOptions(connection.client(Hello), js({ headers: {} })),
      "withOptions: unknown option headers; the options are timeoutMs, signal, detached, metadata",
    ],
    [
      "limits",
      () => connect(at, { limits: js({ maxMessageByte: 5 }) }),
      "limits: unknown option maxMessageByte; did you mean maxMessageBytes?",
    ],
    [
      "heartbeat",
      () => connect(at, { heartbeat: js({ interval: 5 }) }),
      "heartbeat: unknown option interval; did you mean intervalMs?",
    ],
    [
      "reconnect",
      () => connect(at, { reconnect: js({ minDelay: 5 }) }),
      "connect: reconnect: unknown option minDelay; did you mean minDelayMs?",
    ],
    [
      "close of a connection",
      () => connection.close(js({ drain: 5 })),
      "close: unknown option drain; did you mean drainMs?",
    ],
    [
      "close of a server",
      () => server.close(js({ drain: 5 })),
      "close: unknown option drain; did you mean drainMs?",
    ],
    ["retry", () => retry(js({ attempt: 5 })), "retry: unknown option attempt; did you mean attempts?"],
    [
      "concurrencyLimit",
      () => concurrencyLimit(js({ maxCals: 5 })),
      "concurrencyLimit: unknown option maxCals; did you mean maxCalls?",
    ],
    [
      "EventChannel",
      () => new EventChannel(js({ bufer: 5 })),
      "EventChannel: unknown option bufer; did you mean buffer?",
    ],
    [
      "throttled",
      () => throttled(() => {}, js({ interval: 5 })),
      "throttled: unknown option interval; did you mean intervalMs?",
    ],
    ["tracing", () => tracing(js({ Tracer: 5 })), "tracing: unknown option Tracer; did you mean tracer?"],
  ])("%s", async (_, mistake, message) => {
    expect(await messageOf(mistake)).toContain(message);
  });

  test.each<[string, unknown, string]>([
    ["a number", 500, "connect: the options must be an object, got a number"],
    ["null", null, "connect: the options must be an object, got null"],
    ["an array", [], "connect: the options must be an object, got an array"],
  ])("options that are %s are refused", async (_, options, message) => {
    expect(await messageOf(() => connect(at, js(options)))).toBe(message);
  });

  test("an undefined option counts as left out", async () => {
    const options = { timeoutMs: undefined, signal: undefined };
    expect(await withOptions(connection.client(Hello), options).greet("x")).toBe("Hello x");
  });

  test("a refused close closes nothing", async () => {
    await messageOf(() => connection.close(js({ drain: 5 })));
    expect(await connection.client(Hello).greet("x")).toBe("Hello x");
  });
});

test("an invalid signal is refused", async () => {
  const options = js<{ signal: AbortSignal }>({ signal: new AbortController() });
  const message = await messageOf(() => withOptions(connection.client(Hello), options));
  expect(message).toBe("withOptions: signal must be an AbortSignal");
});

test.each<[string, unknown, string]>([
  [
    "no array",
    Hello.implement(implementation),
    "services must be an array: [Inventory.implement(new DiskInventory())]",
  ],
  ["nothing", undefined, "services must be an array"],
  ["nothing in an array", [undefined], "services must be made by the generated value"],
  ["an object of its own", [implementation], "services must be made by the generated value"],
  ["the contract", [Hello], "services: Hello itself has no implementation; pass Hello.implement(…)"],
])("services that are %s are refused", async (_, services, message) => {
  expect(await messageOf(() => serve(memory("mistaken"), js(services)))).toContain(message);
});

test.each([undefined, null, 5, "text"])("implement(%s) is refused at once", async (value) => {
  const message = await messageOf(() => Hello.implement(js(value)));
  expect(message).toBe(
    `Hello.implement: pass an object with the methods of Hello, got ${value === null ? "null" : typeof value}`,
  );
});

test("a class in place of an instance is named as a class", async () => {
  class Greeter {
    async greet() {}
  }
  const message = await messageOf(() => serve(memory("mistaken"), [Hello.implement(js(Greeter))]));
  expect(message).toBe(
    "the implementation of Hello has no method greet; it is a class or a function, pass an instance",
  );
});

test.each([undefined, {}, "Hello", HelloClient])("client(%o) is refused", async (value) => {
  for (const options of [{}, { reconnect: true }]) {
    await using other = await connect(at, options);
    expect(await messageOf(() => other.client(js(value)))).toContain(
      "client: this is not a service; pass the generated value",
    );
    expect(await messageOf(() => other.offers(js(value)))).toContain("offers: this is not a service");
  }
});

test.each([{}, { reconnect: true }])("a call after close says that it was not sent (%o)", async (options) => {
  const other = await connect(at, options);
  const hello = other.client(Hello);
  await other.close();
  await expect(hello.greet("x")).rejects.toMatchObject({
    code: "cancelled",
    message: "Hello.greet was not sent: the connection to memory:mistakes was closed",
  });
});

test("a call while this side closes says that it was not sent", async () => {
  const hello = connection.client(Hello);
  const closing = connection.close();
  await expect(hello.greet("x")).rejects.toThrow(
    "Hello.greet was not sent: this side is closing the connection",
  );
  await closing;
});
