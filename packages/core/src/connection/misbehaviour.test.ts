import { afterEach, expect, test, vi } from "vitest";
import type { ErrorReport } from "../call/error-reports.js";
import { connect } from "../connect/connect.js";
import type { Code } from "../errors/code.js";
import { RpcError } from "../errors/rpc-error.js";
import { withOptions } from "../outbound/client-stub.js";
import { type ServeOptions, serve } from "../server/serve.js";
import * as rpc from "../stub-v1/index.js";
import { memory, ScriptedPeer } from "../testing/index.js";
import { defaultLimits, type Limits } from "../transport/limits.js";
import { encodeCall, encodeCancel } from "../wire/messages/call.js";
import { encodeHello, introduce } from "../wire/messages/handshake.js";
import { parseMessage } from "../wire/parse-message.js";

interface Jobs {
  run(how: string): Promise<string>;
  note(n: number): void;
  make(bytes: number): Promise<Uint8Array>;
}

class JobsClient extends rpc.ClientStub implements Jobs {
  run(...args: Parameters<Jobs["run"]>): ReturnType<Jobs["run"]> {
    return rpc.unary(this, 0, args);
  }
  note(...args: Parameters<Jobs["note"]>): void {
    rpc.notify(this, 1, args);
  }
  make(...args: Parameters<Jobs["make"]>): ReturnType<Jobs["make"]> {
    return rpc.unary(this, 2, args);
  }
}

const Jobs = rpc.defineService<Jobs>({
  name: "Jobs",
  fingerprint: "0",
  methods: [
    rpc.unaryMethod("run", "1", [rpc.param("how", rpc.string)], rpc.oneOf('"done"', ["done"])),
    rpc.notifyMethod("note", "2", [rpc.param("n", rpc.number)]),
    rpc.unaryMethod("make", "3", [rpc.param("bytes", rpc.number)], rpc.bytes),
  ],
  client: JobsClient,
  dispatch(service, method, args) {
    switch (method) {
      case 0:
        return service.run(...(args as [string]));
      case 1:
        return service.note(...(args as [number]));
      default:
        return service.make(...(args as [number]));
    }
  },
});

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

let names = 0;

async function start(jobs: Partial<Jobs>, options: ServeOptions = {}) {
  const transport = memory(`misbehaviour ${++names}`);
  const reports: ErrorReport[] = [];
  const implementation: Jobs = {
    run: async () => "done",
    note() {},
    make: async (bytes) => new Uint8Array(bytes),
    ...jobs,
  };
  const onError = (report: ErrorReport) => void reports.push(report);
  const server = await serve(transport, [Jobs.implement(implementation)], { onError, ...options });
  undo.push(() => server.close());
  return {
    server,
    reports,
    async client() {
      const connection = await connect(transport, { onError: () => {} });
      undo.push(() => connection.close());
      return connection.client(Jobs);
    },
    /** Opens a raw peer after its handshake. */
    async peer(limits: Partial<Limits> = {}) {
      const peer = new ScriptedPeer(await transport.dial(new AbortController().signal));
      undo.push(() => peer.connection.close());
      peer.send(encodeHello(introduce({ ...defaultLimits, ...limits }, [])));
      return peer;
    },
  };
}

test("a peer whose limit is too small for an error is refused", async () => {
  const { peer, reports } = await start({});
  const stranger = await peer({ maxMessageBytes: 130 });
  await stranger.ended();
  expect(stranger.received).toHaveLength(0);
  expect(String(reports[0]?.error)).toContain("maxMessageBytes");
});

test("an error that is too large for the peer is cut", async () => {
  const run = async () => {
    throw new RpcError("aborted", "x".repeat(200_000));
  };
  const { peer, reports } = await start({ run }, { limits: { maxErrorChars: 100_000 } });
  const small = await peer({ maxMessageBytes: 16 * 1024 });
  await small.next();
  small.send(encodeCall(0, { target: 0, method: 0 }, ["x"]));
  const answer = parseMessage(await small.next(), defaultLimits);
  expect(answer).toMatchObject({ kind: "error", error: { code: "aborted" } });
  expect(reports).toHaveLength(1);
});

test("a limit below what every peer must accept is refused at once", async () => {
  await expect(start({}, { limits: { maxMessageBytes: 1000 } })).rejects.toMatchObject({
    code: "invalidArgument",
  });
});

test.each<[string, () => unknown]>([
  ["a code that is none", () => new RpcError("not_found" as Code, "x")],
  ["a revoked proxy", () => revoked()],
  [
    "an RpcError whose message throws",
    () =>
      Object.defineProperty(new RpcError("aborted", "x"), "message", {
        get() {
          throw new Error("no");
        },
      }),
  ],
])("a handler that throws %s fails its own call only", async (_, thrown) => {
  const { client } = await start({
    run: async (how) => {
      if (how === "throw") throw thrown();
      return "done";
    },
  });
  const jobs = await client();
  await expect(jobs.run("throw")).rejects.toBeInstanceOf(RpcError);
  expect(await jobs.run("go on")).toBe("done");
});

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

test("an onError that throws affects no call", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const run = () => Promise.reject(new Error("inner"));
  const onError = () => {
    throw new Error("outer");
  };
  const { client } = await start({ run }, { onError });
  const jobs = await client();
  await expect(jobs.run("x")).rejects.toMatchObject({ code: "internal" });
  await expect(jobs.run("x")).rejects.toMatchObject({ code: "internal" });
  expect(log).toHaveBeenCalled();
  log.mockRestore();
});

test("onConnection runs before the first call, and its rejection is reported", async () => {
  const order: string[] = [];
  const { client, reports } = await start(
    {
      run: async () => {
        order.push("handler");
        return "done";
      },
    },
    {
      onConnection: async () => {
        order.push("onConnection");
        throw new Error("refused");
      },
    },
  );
  await (await client()).run("x");
  expect(order).toEqual(["onConnection", "handler"]);
  expect(reports.map(({ method }) => method)).toEqual(["onConnection"]);
});

test("the content of a wrong result stays at the server", async () => {
  const { client, reports } = await start({ run: async () => "token-secret" });
  const error = await (await client()).run("x").catch((thrown: unknown) => thrown);
  expect(String(error)).toContain('expected "done", got string');
  expect(String(error)).not.toContain("secret");
  expect(String(reports[0]?.error)).toContain("token-secret");
});

test("every one-way call runs, however many are sent at once", async () => {
  const seen: number[] = [];
  const note = (async (n: number) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    seen.push(n);
  }) as Jobs["note"];
  const { client } = await start({ note }, { limits: { maxCallsInFlight: 10 } });
  const jobs = await client();
  for (let n = 0; n < 500; n++) jobs.note(n);
  await expect.poll(() => seen).toHaveLength(500);
  expect(seen).toEqual(Array.from({ length: 500 }, (_, n) => n));
});

test("a peer that does not read the answers of cancelled calls is disconnected", async () => {
  const { server, peer } = await start({}, { limits: { maxCallsInFlight: 20 } });
  const silent = await peer();
  await silent.next();
  silent.connection.pause();
  const make = { target: 0, method: 2 };
  for (let id = 0; id < 10; id++) silent.send(encodeCall(id, make, [1024 * 1024]));
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (let i = 0; i < 100; i++) {
    silent.send(encodeCall(15, make, [1]));
    silent.send(encodeCancel(15, "cancelled"));
  }
  await expect.poll(() => server.connections.size).toBe(0);
});

test("a reused id of a running call ends only its connection, also if the peer does not read", async () => {
  let finish = () => {};
  const run = () => new Promise<string>((resolve) => (finish = () => resolve("done")));
  const { server, reports, peer } = await start({ run });
  const twice = await peer();
  await twice.next();
  twice.connection.pause();
  twice.send(encodeCall(0, { target: 0, method: 0 }, ["x"]));
  for (let id = 1; id < 5; id++) twice.send(encodeCall(id, { target: 0, method: 2 }, [1024 * 1024]));
  await new Promise((resolve) => setTimeout(resolve, 20));
  twice.send(encodeCall(0, { target: 0, method: 0 }, ["x"]));
  await new Promise((resolve) => setTimeout(resolve, 20));
  twice.connection.resume();
  finish();
  await expect.poll(() => server.connections.size).toBe(0);
  expect(String(reports[0]?.error)).toContain("id 0");
});

test.each<[string, unknown]>([
  ["a timeout that is a text", { timeoutMs: "5000" }],
  ["metadata that is no text", { metadata: { a: 5 } }],
  ["metadata that is undefined", { metadata: { a: undefined } }],
  ["metadata that is a Map", { metadata: new Map() }],
  ["metadata that is a list", { metadata: ["a"] }],
])("withOptions refuses %s", async (_, options) => {
  const { client } = await start({});
  const jobs = await client();
  expect(() => withOptions(jobs, options as never)).toThrow(RpcError);
  expect(await jobs.run("x")).toBe("done");
});

test("a handler that returns a thenable which settles twice is answered once", async () => {
  const twice = {
    // biome-ignore lint/suspicious/noThenProperty: the test is about such an object
    then(resolve: (value: string) => void, reject: (error: unknown) => void) {
      resolve("done");
      resolve("done");
      reject(new Error("and not"));
    },
  };
  const { client } = await start({ run: () => twice as never }, { limits: { maxRunningBytes: 1000 } });
  const jobs = await client();
  for (let i = 0; i < 100; i++) expect(await jobs.run("x")).toBe("done");
});
