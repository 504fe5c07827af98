import { Readable } from "node:stream";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, expect, test } from "vitest";
import {
  EventChannel,
  type EventEntry,
  release,
  retain,
  type ServeOptions,
  serve,
  subscription,
} from "../index.js";
import * as rpc from "../stub-v1/index.js";
import { messageKinds } from "../testing/conformance/cases/message-kinds.js";
import { countsOf, memory, ScriptedPeer } from "../testing/index.js";
import { defaultLimits } from "../transport/limits.js";
import { encodeWhole } from "../wire/encode.js";
import { encodeCall, encodeCancel, encodeNotify } from "../wire/messages/call.js";
import { encodeHello, introduce } from "../wire/messages/handshake.js";
import {
  encodeGone,
  encodeReferences,
  encodeRelease,
  type WireReference,
} from "../wire/messages/reference.js";
import { encodeCredit, encodeStop } from "../wire/messages/stream.js";
import type { Message } from "../wire/messages/table.js";
import { parseMessage } from "../wire/parse-message.js";

/** Methods that a hostile peer may call. */
interface Target {
  take(given: readonly (() => void)[]): Promise<number>;
  events(): AsyncIterable<EventEntry<number>>;
  watch(): Promise<Disposable>;
  read(): Promise<object>;
}

class TargetClient extends rpc.ClientStub {}

const listener = rpc.func("listener", [], rpc.void);
const event = rpc.object("Event", { id: rpc.string, value: rpc.number });
const Target = rpc.defineService<Target>({
  name: "Target",
  fingerprint: "0".repeat(16),
  methods: [
    rpc.unaryMethod("take", "1".repeat(16), [rpc.param("given", rpc.array(listener))], rpc.number),
    rpc.streamMethod("events", "2".repeat(16), [], rpc.stream(event)),
    rpc.unaryMethod("watch", "3".repeat(16), [], rpc.subscription),
    rpc.unaryMethod("read", "a".repeat(16), [], rpc.byteStream("Readable")),
  ],
  client: TargetClient as unknown as new (channel: never) => Target & TargetClient as never,
  dispatch(service, method, args) {
    if (method === 0) return service.take(args[0] as readonly (() => void)[]);
    if (method === 1) return service.events();
    return method === 2 ? service.watch() : service.read();
  },
});
const takeMethod = { target: 0, method: 0 };
const eventsMethod = { target: 0, method: 1 };
const watchMethod = { target: 0, method: 2 };
const readMethod = { target: 0, method: 3 };

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

let names = 0;

/** Starts a server and a raw peer of it, after the handshake. */
async function start(target: Partial<Target>, options: ServeOptions = {}) {
  const transport = memory(`hostile references ${names++}`);
  const implementation: Target = {
    take: async (given) => given.length,
    events: async function* () {},
    watch: async () => subscription(() => {}),
    read: async () => new Readable({ read() {} }),
    ...target,
  };
  const reports: unknown[] = [];
  const onError = ({ error }: { readonly error: unknown }) => reports.push(error);
  const server = await serve(transport, [Target.implement(implementation)], { onError, ...options });
  undo.push(() => server.close({ drainMs: 0 }));
  const peer = new ScriptedPeer(await transport.dial(new AbortController().signal));
  undo.push(() => peer.connection.close());
  peer.send(encodeHello(introduce(defaultLimits, [])));
  await peer.next();
  const next = async (): Promise<Message> => parseMessage(await peer.next(), defaultLimits);
  return { server, peer, next, reports };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

function objects(count: number, first = 0): WireReference[] {
  return Array.from({ length: count }, (_, index) => ({ kind: "object", number: first + index }));
}

test("a list of references that the next message cannot hold ends the connection", async () => {
  const { server, peer, reports } = await start({});
  const list = Array.from({ length: 1000 }, (): WireReference => ({ kind: "receiverHosted", number: 0 }));
  peer.send(encodeReferences(list));
  peer.send(encodeCall(0, takeMethod, [[]]));
  await peer.ended();
  expect(String(reports[0])).toContain("1000 references");
  expect(server.connections.size).toBe(0);
});

test("a message with very many references is read in linear time", async () => {
  const count = 200_000;
  const { peer, next } = await start({}, { limits: { maxReferences: count } });
  peer.send(encodeReferences(objects(count)));
  peer.send(encodeCall(0, takeMethod, [Array.from({ length: count }, (_, place) => place)]));
  // Quadratic time would take minutes.
  expect(await next()).toMatchObject({ kind: "result", value: count });
});

test("a stream that comes too late, or exceeds the limit of the peer, is left", async () => {
  const news = new EventChannel<number>();
  let allow = () => {};
  const allowed = new Promise<void>((resolve) => {
    allow = resolve;
  });
  const events = (() => allowed.then(() => news.stream())) as never;
  const { peer, next } = await start({ events }, { limits: { maxStreams: 1 } });
  for (const id of [0, 1, 2]) peer.send(encodeCall(id, eventsMethod, []));
  peer.send(encodeCancel(0, "cancelled"));
  expect(await next()).toMatchObject({ kind: "error", id: 0, error: { code: "cancelled" } });
  allow();
  expect(await next()).toMatchObject({ kind: "references" });
  expect(await next()).toMatchObject({ kind: "result", id: 1 });
  expect(await next()).toMatchObject({ kind: "error", id: 2, error: { code: "resourceExhausted" } });
  await turn();
  expect(news.subscribers).toBe(1);
});

test("a Readable that stands for any stream and comes too late is closed", async () => {
  let closed = 0;
  let allow = () => {};
  const allowed = new Promise<void>((resolve) => {
    allow = resolve;
  });
  const destroy = () => void closed++;
  const events = (() => allowed.then(() => new Readable({ objectMode: true, read() {}, destroy }))) as never;
  const { peer, next } = await start({ events });
  peer.send(encodeCall(0, eventsMethod, []));
  peer.send(encodeCancel(0, "cancelled"));
  expect(await next()).toMatchObject({ kind: "error", id: 0, error: { code: "cancelled" } });
  allow();
  await turn();
  expect(closed).toBe(1);
});

test("a subscription that comes too late, or exceeds the limit of the peer, is disposed of", async () => {
  let subscribed = 0;
  let allow = () => {};
  const allowed = new Promise<void>((resolve) => {
    allow = resolve;
  });
  const watch = async () => {
    subscribed++;
    await allowed;
    return subscription(() => subscribed--);
  };
  const { peer, next } = await start({ watch }, { limits: { maxReferences: 1 } });
  for (const id of [0, 1, 2, 3]) peer.send(encodeCall(id, watchMethod, []));
  peer.send(encodeCancel(0, "cancelled"));
  expect(await next()).toMatchObject({ kind: "error", id: 0 });
  allow();
  expect(await next()).toMatchObject({ kind: "references" });
  expect(await next()).toMatchObject({ kind: "result", id: 1 });
  expect(await next()).toMatchObject({ kind: "error", id: 2, error: { code: "resourceExhausted" } });
  expect(await next()).toMatchObject({ kind: "error", id: 3, error: { code: "resourceExhausted" } });
  await turn();
  expect(subscribed).toBe(1);
  await peer.connection.close();
  await turn();
  expect(subscribed).toBe(0);
});

test("a subscription that comes after the connection is disposed of", async () => {
  let subscribed = 0;
  let allow = () => {};
  const allowed = new Promise<void>((resolve) => {
    allow = resolve;
  });
  const watch = async () => {
    subscribed++;
    await allowed;
    return subscription(() => subscribed--);
  };
  const { peer } = await start({ watch });
  peer.send(encodeCall(0, watchMethod, []));
  await turn();
  await peer.connection.close();
  await turn();
  allow();
  await turn();
  expect(subscribed).toBe(0);
});

test("a peer that sends references and does not read their releases is disconnected", async () => {
  const { server, peer, reports } = await start({}, { limits: { maxReferences: 10_000, maxNesting: 2 } });
  peer.connection.pause();
  // The call is refused at once instead of being queued until the peer reads.
  const tooDeep = [[[[[["x".repeat(5000)]]]]]];
  for (let round = 0; round < 200 && server.connections.size > 0; round++) {
    peer.send(encodeReferences(objects(5000, 5000 * round)));
    peer.send(encodeNotify(takeMethod, tooDeep, {}));
    await turn();
  }
  expect(server.connections.size).toBe(0);
  expect(reports.map(String)).toContainEqual(expect.stringContaining("does not read"));
});

interface Vault extends Disposable {
  open(): Promise<string>;
}
class VaultClient extends rpc.ClientStub {}
const vaultMethod = rpc.unaryMethod("open", "4".repeat(16), [], rpc.string);
function vaultService(allow?: readonly string[]) {
  return rpc.defineService<Vault>({
    name: "Vault",
    fingerprint: "5".repeat(16),
    methods: [vaultMethod],
    ...(allow && { allow }),
    client: VaultClient as never,
    dispatch: (service) => service.open(),
  });
}

interface Visitor {
  visit(vault: Vault): Promise<string>;
  lobby(): Promise<object>;
  vault(): Promise<Vault>;
  bell(): Promise<(times: number) => void>;
  deliver(to: (path: string) => Promise<boolean>): Promise<boolean>;
}

/** Starts a service that calls what it is given, beside a service that it might be given. */
async function startVisitor(vaultAllow?: readonly string[]) {
  const Vault = vaultService(vaultAllow);
  const Lobby = rpc.defineService<object>({
    name: "Lobby",
    fingerprint: "6".repeat(16),
    methods: [],
    client: VaultClient as never,
    dispatch: () => undefined,
  });
  const Visitor = rpc.defineService<Visitor>({
    name: "Visitor",
    fingerprint: "7".repeat(16),
    methods: [
      rpc.unaryMethod(
        "visit",
        "8".repeat(16),
        [
          rpc.param(
            "vault",
            rpc.reference(() => Vault),
          ),
        ],
        rpc.string,
      ),
      rpc.unaryMethod(
        "lobby",
        "9".repeat(16),
        [],
        rpc.reference(() => Lobby),
      ),
      rpc.unaryMethod(
        "vault",
        "b".repeat(16),
        [],
        rpc.reference(() => Vault),
      ),
      rpc.unaryMethod(
        "bell",
        "c".repeat(16),
        [],
        rpc.func("bell", [rpc.param("times", rpc.number)], rpc.void, "d".repeat(16)),
      ),
      rpc.unaryMethod(
        "deliver",
        "e".repeat(16),
        [rpc.param("to", rpc.func("to", [rpc.param("path", rpc.string)], rpc.boolean, "f".repeat(16)))],
        rpc.boolean,
      ),
    ],
    client: VaultClient as never,
    dispatch: (service, method, [given]) =>
      [
        () => service.visit(given as Vault),
        () => service.lobby(),
        () => service.vault(),
        () => service.bell(),
        () => service.deliver(given as Parameters<Visitor["deliver"]>[0]),
      ][method]?.(),
  });
  const vault: Vault = { open: async () => "gold", [Symbol.dispose]() {} };
  const transport = memory(`hostile visitor ${names++}`);
  const rung: unknown[] = [];
  const visitor: Visitor = {
    visit: (given) => given.open(),
    lobby: async () => vault,
    vault: async () => vault,
    bell: async () => (times) => void rung.push(times),
    deliver: (to) => to("C:\\secret.txt"),
  };
  const server = await serve(transport, [Visitor.implement(visitor), Vault.implement(vault)], {
    onError: () => {},
  });
  undo.push(() => server.close({ drainMs: 0 }));
  const peer = new ScriptedPeer(await transport.dial(new AbortController().signal));
  undo.push(() => peer.connection.close());
  peer.send(encodeHello(introduce(defaultLimits, [])));
  await peer.next();
  const next = async (): Promise<Message> => parseMessage(await peer.next(), defaultLimits);
  /** Calls a method without arguments and returns the number of its result. */
  const given = async (method: number): Promise<number> => {
    peer.send(encodeCall(100 + method, { target: 0, method }, []));
    const list = await next();
    expect(list).toMatchObject({ kind: "references", references: [{ kind: "object" }] });
    expect(await next()).toMatchObject({ kind: "result", id: 100 + method });
    return list.kind === "references" ? (list.references[0]?.number as number) : -1;
  };
  return { peer, next, given, rung };
}

test("a peer cannot have a service called that it may not call itself", async () => {
  for (const [allow, answer] of [
    [undefined, { kind: "result", value: "gold" }],
    [["sameUser"], { kind: "result", value: "gold" }],
    [["elevated"], { kind: "error", error: { code: "permissionDenied" } }],
  ] as const) {
    const { peer, next } = await startVisitor(allow);
    peer.send(encodeReferences([{ kind: "receiverHosted", number: 1 }]));
    peer.send(encodeCall(0, { target: 0, method: 0 }, [0]));
    expect(await next()).toMatchObject(answer);
  }
});

test("a peer cannot have an object called that it may not call itself", async () => {
  for (const [allow, answer] of [
    [undefined, { kind: "result", value: "gold" }],
    [["sameUser"], { kind: "result", value: "gold" }],
    [["elevated"], { kind: "error", error: { code: "permissionDenied" } }],
  ] as const) {
    const { peer, next, given } = await startVisitor(allow);
    peer.send(encodeReferences([{ kind: "receiverHosted", number: await given(2) }]));
    peer.send(encodeCall(0, { target: 0, method: 0 }, [0]));
    expect(await next()).toMatchObject(answer);
  }
});

test("an object given by a narrow declaration does not come back by a wide one", async () => {
  const { peer, next, given } = await startVisitor();
  peer.send(encodeReferences([{ kind: "receiverHosted", number: await given(1) }]));
  peer.send(encodeCall(1, { target: 0, method: 0 }, [0]));
  expect(await next()).toMatchObject({ kind: "error", error: { code: "invalidArgument" } });
});

test("a function is not called with the arguments of another", async () => {
  const { peer, next, given, rung } = await startVisitor();
  const bell = await given(3);
  peer.send(encodeReferences([{ kind: "receiverHosted", number: bell }]));
  peer.send(encodeCall(0, { target: 0, method: 4 }, [0]));
  expect(await next()).toMatchObject({ kind: "error", error: { code: "invalidArgument" } });
  // Nor is a service a function, or a function a service.
  peer.send(encodeReferences([{ kind: "receiverHosted", number: 1 }]));
  peer.send(encodeCall(1, { target: 0, method: 4 }, [0]));
  expect(await next()).toMatchObject({ kind: "error", error: { code: "invalidArgument" } });
  peer.send(encodeReferences([{ kind: "receiverHosted", number: bell }]));
  peer.send(encodeCall(2, { target: 0, method: 0 }, [0]));
  expect(await next()).toMatchObject({ kind: "error", error: { code: "invalidArgument" } });
  expect(rung).toEqual([]);
});

test.each(["map", "length", "at", 1.5, -1, null])(
  "a reference of the kind %o ends the connection",
  async (kind) => {
    const { server, peer } = await start({});
    peer.send(encodeWhole([messageKinds.references, [kind, 5]]));
    await peer.ended();
    expect(server.connections.size).toBe(0);
  },
);

test("a result or an item whose getter throws a revoked proxy fails alone", async () => {
  const unspeakable = () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return {
      get id(): string {
        throw proxy;
      },
      value: 1,
    };
  };
  const events = async function* () {
    yield unspeakable();
  };
  const { server, peer, next } = await start({ events });
  peer.send(encodeCall(0, eventsMethod, []));
  expect(await next()).toMatchObject({ kind: "references" });
  expect(await next()).toMatchObject({ kind: "result" });
  expect(await next()).toMatchObject({ kind: "streamEnd", error: { code: "internal" } });
  expect(server.connections.size).toBe(1);
});

test("a reference is released once its proxy was collected", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  let held: (() => void) | undefined;
  const take = async ([given]: readonly (() => void)[]) => {
    held = retain(given as () => void);
    return 1;
  };
  const { peer, next } = await start({ take });
  peer.send(encodeReferences(objects(1)));
  peer.send(encodeCall(0, takeMethod, [[0]]));
  expect(await next()).toMatchObject({ kind: "result" });
  await turn();
  collect();
  await turn();
  expect(peer.received).toHaveLength(0);
  expect(held).toBeTypeOf("function");
  held = undefined;
  await expect
    .poll(() => {
      collect();
      return peer.received.length;
    })
    .toBe(1);
  expect(await next()).toMatchObject({ kind: "release", number: 0 });
});

test("a reference that its peer ends is released once, however often the peer says so", async () => {
  const kept: (() => void)[] = [];
  const take = async (given: readonly (() => void)[]) => {
    kept.push(...given.map((one) => retain(one)));
    return kept.length;
  };
  const { server, peer, next } = await start({ take });
  peer.send(encodeReferences(objects(3)));
  // A reference that was not taken is released at once. Its end comes too late.
  peer.send(encodeCall(0, takeMethod, [[0, 1]]));
  expect(await next()).toMatchObject({ kind: "release", number: 2 });
  expect(await next()).toMatchObject({ kind: "result", value: 2 });
  for (let i = 0; i < 3; i++) peer.send(encodeGone(2));
  for (let i = 0; i < 3; i++) peer.send(encodeGone(0));
  expect(await next()).toMatchObject({ kind: "release", number: 0 });
  // An error over a limit ends the reference, not the connection.
  const details = Array.from({ length: defaultLimits.maxElements + 1 }, () => 0);
  peer.send(encodeGone(1, { code: "aborted", message: "too much to say", details }));
  expect(await next()).toMatchObject({ kind: "release", number: 1 });
  for (const one of kept) release(one);
  await turn();
  expect(peer.received).toHaveLength(0);
  expect(server.connections.size).toBe(1);
});

test("a subscription that ends while its peer releases it without reading is reported once", async () => {
  let made = subscription(() => {});
  const watch = async () => {
    made = subscription(() => {});
    return made;
  };
  const { server, peer, next } = await start({ watch });
  peer.send(encodeCall(0, watchMethod, []));
  expect(await next()).toMatchObject({ kind: "references", references: [{ number: 1 }] });
  expect(await next()).toMatchObject({ kind: "result" });
  made.end();
  made.end();
  made[Symbol.dispose]();
  expect(await next()).toMatchObject({ kind: "gone", number: 1 });
  peer.send(encodeRelease(1));
  await turn();
  expect(peer.received).toHaveLength(0);
  const [connection] = server.connections;
  expect(connection && countsOf(connection)).toMatchObject({ references: 0, running: 0 });
  // It was released first, so its end is not reported.
  peer.send(encodeCall(1, watchMethod, []));
  await next();
  await next();
  peer.send(encodeRelease(2));
  await turn();
  expect(await made.ended).toEqual({ by: "subscriber" });
  made.end();
  await turn();
  expect(peer.received).toHaveLength(0);
});

test("a server that closes does not wait for an endless stream or a peer that does not read", async () => {
  let left = 0;
  const events = async function* () {
    try {
      for (let n = 0; ; n++) yield { id: "x".repeat(10_000), value: n };
    } finally {
      left++;
    }
  };
  const { server, peer } = await start({ events });
  for (let id = 0; id < 200; id++) peer.send(encodeCall(id, eventsMethod, []));
  peer.connection.pause();
  await turn();
  await server.close({ drainMs: 20 });
  await turn();
  expect(left).toBeGreaterThan(0);
  expect(server.connections.size).toBe(0);
});

test("endless credit and stops of every number do no harm", async () => {
  let left = 0;
  const events = async function* () {
    try {
      for (let n = 0; ; n++) yield { id: "x", value: n };
    } finally {
      left++;
    }
  };
  const { server, peer, next } = await start({ events });
  peer.send(encodeCall(0, eventsMethod, []));
  expect(await next()).toMatchObject({ kind: "references" });
  peer.connection.pause();
  for (let n = 0; n < 10_000; n++) peer.send(encodeCredit(1, 0xffff_ffff));
  await turn();
  for (let n = 0; n < 10_000; n++) peer.send(encodeStop(1));
  for (let n = 0; n < 100; n++) peer.send(encodeCredit(1, 1));
  await turn();
  expect(left).toBe(1);
  expect(server.connections.size).toBe(1);
  peer.connection.resume();
  let message = await next();
  while (message.kind !== "streamEnd") message = await next();
  await turn();
  expect(peer.received).toHaveLength(0);
});

test.each(["Readable", "ReadableStream", "generator"])(
  "a %s of bytes that comes too late is closed",
  async (form) => {
    let closed = 0;
    let allow = () => {};
    const allowed = new Promise<void>((resolve) => {
      allow = resolve;
    });
    const make = () => {
      if (form === "Readable") return new Readable({ read() {}, destroy: () => closed++ });
      if (form === "ReadableStream") return new ReadableStream({ cancel: () => void closed++ });
      return Object.assign((async function* () {})(), {
        return: async () => ({ done: true, value: closed++ }),
      });
    };
    const { peer, next } = await start({ read: () => allowed.then(make) });
    peer.send(encodeCall(0, readMethod, []));
    peer.send(encodeCancel(0, "cancelled"));
    expect(await next()).toMatchObject({ kind: "error" });
    allow();
    await turn();
    expect(closed).toBe(1);
  },
);

test("a Readable without data is closed when its reader stops", async () => {
  let closed = 0;
  const read = async () => new Readable({ read() {}, destroy: () => closed++ });
  const { peer, next, reports } = await start({ read });
  peer.send(encodeCall(0, readMethod, []));
  const list = await next();
  const [stream] = list.kind === "references" ? list.references : [];
  await next();
  peer.send(encodeStop(stream?.number as number));
  expect(await next()).toMatchObject({ kind: "streamEnd", error: undefined });
  await turn();
  expect(closed).toBe(1);
  expect(reports).toEqual([]);
});
