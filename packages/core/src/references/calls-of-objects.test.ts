import { afterEach, expect, test } from "vitest";
import { type Connection, connect, serve, withOptions } from "../index.js";
import * as rpc from "../stub-v1/index.js";
import { countsOf, memory, ScriptedPeer } from "../testing/index.js";
import { defaultLimits } from "../transport/limits.js";
import { encodeCall, encodeCancel } from "../wire/messages/call.js";
import { encodeHello, introduce } from "../wire/messages/handshake.js";
import { encodeReferences, encodeRelease } from "../wire/messages/reference.js";
import { parseMessage } from "../wire/parse-message.js";

interface Job extends Disposable {
  run(bytes: Uint8Array): Promise<string>;
}
interface Works {
  open(): Promise<Job>;
  work(bytes: Uint8Array, ask: (bytes: Uint8Array) => Promise<string>): Promise<string>;
  put(bytes: Uint8Array): Promise<string>;
  take(bytes: Uint8Array, job: Job): Promise<string>;
}

class JobClient extends rpc.ClientStub implements Job {
  run(...args: Parameters<Job["run"]>): ReturnType<Job["run"]> {
    return rpc.unary(this, 0, args);
  }
}
const bytes = rpc.param("bytes", rpc.bytes);
const Job: rpc.Service<Job> = rpc.defineService<Job>({
  name: "Job",
  fingerprint: "1".repeat(16),
  methods: [rpc.unaryMethod("run", "2".repeat(16), [bytes], rpc.string)],
  disposable: true,
  client: JobClient,
  dispatch: (service, _method, args) => service.run(...(args as Parameters<Job["run"]>)),
});
const jobShape = rpc.reference(() => Job as never);

class WorksClient extends rpc.ClientStub {
  work(...args: Parameters<Works["work"]>): ReturnType<Works["work"]> {
    return rpc.unary(this, 1, args);
  }
}
const Works = rpc.defineService<Works>({
  name: "Works",
  fingerprint: "0".repeat(16),
  methods: [
    rpc.unaryMethod("open", "3".repeat(16), [], jobShape),
    rpc.unaryMethod(
      "work",
      "4".repeat(16),
      [bytes, rpc.param("ask", rpc.func("ask", [bytes], rpc.string))],
      rpc.string,
    ),
    rpc.unaryMethod("put", "5".repeat(16), [bytes], rpc.string),
    rpc.unaryMethod("take", "6".repeat(16), [bytes, rpc.param("job", jobShape)], rpc.string),
  ],
  client: WorksClient as unknown as new (channel: never) => Works & WorksClient as never,
  dispatch(service, method, args) {
    if (method === 0) return service.open();
    if (method === 1) return service.work(...(args as Parameters<Works["work"]>));
    if (method === 2) return service.put(...(args as Parameters<Works["put"]>));
    return service.take(...(args as Parameters<Works["take"]>));
  },
});

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
const nobody = async (): Promise<never> => {
  throw new Error("nobody calls this");
};
let names = 0;

/**
 * Opens a raw peer that holds job number 1 of a server. Its handlers run until they are released.
 */
async function open(limits: Partial<typeof defaultLimits>) {
  const transport = memory(`calls of objects ${names++}`);
  const log: string[] = [];
  const gates: (() => void)[] = [];
  const gated = (what: string) => {
    log.push(what);
    return new Promise<string>((resolve) => gates.push(() => resolve(what)));
  };
  const job: Job = {
    run: (given) => gated(`run ${given.length}`),
    [Symbol.dispose]: () => void log.push("disposed"),
  };
  const server = await serve(
    transport,
    [
      Works.implement({
        open: async () => job,
        work: nobody,
        put: (given) => gated(`put ${given.length}`),
        take: (given, own) => gated(`take ${given.length} ${own === job}`),
      }),
    ],
    { limits, onError: () => {} },
  );
  undo.push(() => server.close({ drainMs: 0 }));
  const peer = new ScriptedPeer(await transport.dial(new AbortController().signal));
  undo.push(() => peer.connection.close());
  peer.send(encodeHello(introduce(defaultLimits, [])));
  await peer.next();
  const next = async () => parseMessage(await peer.next(), defaultLimits);
  peer.send(encodeCall(0, { target: 0, method: 0 }, []));
  expect(await next()).toMatchObject({ kind: "references", references: [{ kind: "object", number: 1 }] });
  expect(await next()).toMatchObject({ kind: "result", id: 0 });
  return {
    server,
    peer,
    log,
    gates,
    next,
    run: (id: number, size: number) =>
      peer.send(encodeCall(id, { target: 1, method: 0 }, [new Uint8Array(size)])),
    put: (id: number, size: number) =>
      peer.send(encodeCall(id, { target: 0, method: 2 }, [new Uint8Array(size)])),
    take(id: number, size: number) {
      peer.send(encodeReferences([{ kind: "receiverHosted", number: 1 }]));
      peer.send(encodeCall(id, { target: 0, method: 3 }, [new Uint8Array(size), 0]));
    },
  };
}

test("two sides at their limits that call each other back do not deadlock", async () => {
  const transport = memory("calls back");
  const limits = { maxRunningBytes: 1_000 };
  const both = Promise.withResolvers<void>();
  let begun = 0;
  const works = Works.implement({
    open: nobody,
    put: nobody,
    take: nobody,
    work: async (_bytes, ask) => {
      if (++begun === 2) both.resolve();
      await both.promise;
      return ask(new Uint8Array(2_000));
    },
  });
  const server = await serve(transport, [works], { limits });
  undo.push(() => server.close());
  const connection = await connect(transport, { limits, services: [works] });
  undo.push(() => connection.close());
  const [other] = server.connections;
  const call = (from: Connection, name: string) => {
    const client = withOptions(from.client(Works), { timeoutMs: 3_000 });
    return client.work(new Uint8Array(2_000), async (given) => `${name} ${given.length}`);
  };
  expect(await Promise.all([call(connection, "a"), call(other as Connection, "b")])).toEqual([
    "a 2000",
    "b 2000",
  ]);
});

test("calls of objects overtake queued calls of services and have a limit of their own", async () => {
  const { put, run, log, gates, next } = await open({ maxRunningBytes: 1_500 });
  put(1, 2_000);
  put(2, 2_001);
  run(3, 600);
  run(4, 601);
  run(5, 602);
  put(6, 10);
  await turn();
  expect(log).toEqual(["put 2000", "run 600", "run 601"]);
  gates[1]?.();
  gates[2]?.();
  expect([await next(), await next()]).toMatchObject([
    { kind: "result", id: 3 },
    { kind: "result", id: 4 },
  ]);
  await turn();
  expect(log.slice(3)).toEqual(["run 602"]);
  gates[0]?.();
  await turn();
  expect(log.slice(4)).toEqual(["put 2001"]);
  gates[4]?.();
  await turn();
  expect(log.slice(5)).toEqual(["put 10"]);
});

test("all queued calls share one bound, whatever they call", async () => {
  const { put, run, next } = await open({ maxRunningBytes: 1_000, maxDeferredBytes: 12_000 });
  put(1, 1_000);
  run(2, 1_000);
  put(3, 5_000);
  run(4, 5_000);
  const refused = await next();
  expect(refused).toMatchObject({ kind: "error", id: 4, error: { code: "resourceExhausted" } });
});

test("a queued call of an object starts before a release that came after it", async () => {
  const { run, peer, log, gates, next, server } = await open({ maxRunningBytes: 1_000 });
  run(1, 1_000);
  run(2, 1_001);
  run(3, 1_002);
  peer.send(encodeRelease(1));
  // It is not held from here on.
  run(4, 1_003);
  await turn();
  expect(log).toEqual(["run 1000"]);
  gates[0]?.();
  expect(await next()).toMatchObject({ kind: "result", id: 1 });
  await turn();
  expect(log.slice(1)).toEqual(["run 1001"]);
  peer.send(encodeCancel(3, "cancelled"));
  expect(await next()).toMatchObject({ kind: "error", id: 3, error: { code: "cancelled" } });
  expect(log.slice(2)).toEqual(["disposed"]);
  gates[1]?.();
  const answers = [await next(), await next()];
  expect(answers).toContainEqual({ kind: "result", id: 2, value: "run 1001" });
  expect(answers).toContainEqual(
    expect.objectContaining({
      kind: "error",
      id: 4,
      error: expect.objectContaining({ code: "unimplemented" }),
    }),
  );
  const [connection] = server.connections;
  expect(connection && countsOf(connection)).toMatchObject({ references: 0, running: 0, deferred: 0 });
});

test("an object that is sent back with a queued call is there when the call starts", async () => {
  const { put, take, peer, log, gates } = await open({ maxRunningBytes: 1_000 });
  put(1, 1_000);
  take(2, 5);
  peer.send(encodeRelease(1));
  await turn();
  expect(log).toEqual(["put 1000"]);
  gates[0]?.();
  await turn();
  expect(log).toEqual(["put 1000", "take 5 true", "disposed"]);
});

test("an object released while a call of it is queued is disposed of once, also by the end of the connection", async () => {
  const { run, peer, log, server } = await open({ maxRunningBytes: 1_000 });
  run(1, 1_000);
  run(2, 1_001);
  peer.send(encodeRelease(1));
  await turn();
  expect(log).toEqual(["run 1000"]);
  for (const connection of server.connections) connection.abort();
  await turn();
  expect(log).toEqual(["run 1000", "disposed"]);
});

test("a second release ends the connection, also while the first is deferred", async () => {
  const { run, peer, server } = await open({ maxRunningBytes: 1_000 });
  run(1, 1_000);
  run(2, 1_001);
  peer.send(encodeRelease(1));
  expect(server.connections.size).toBe(1);
  peer.send(encodeRelease(1));
  await expect.poll(() => server.connections.size).toBe(0);
});

test("a queued call of an object that is exported only later is refused", async () => {
  const { run, peer, next, gates, log } = await open({ maxRunningBytes: 1_000 });
  run(1, 2_000);
  // The rules were checked when the call came: its target did not exist then.
  peer.send(encodeCall(2, { target: 2, method: 0 }, [new Uint8Array(10)]));
  peer.send(encodeCall(3, { target: 0, method: 0 }, []));
  expect(await next()).toMatchObject({ kind: "references", references: [{ kind: "object", number: 2 }] });
  expect(await next()).toMatchObject({ kind: "result", id: 3 });
  gates[0]?.();
  await turn();
  expect(log).toEqual(["run 2000"]);
  const answers = [await next(), await next()];
  expect(answers).toContainEqual({ kind: "result", id: 1, value: "run 2000" });
  expect(answers).toContainEqual(expect.objectContaining({ kind: "error", id: 2 }));
});
