import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, expect, expectTypeOf, test } from "vitest";
import type { Connection } from "../call/connection.js";
import { type ConnectOptions, connect } from "../connect/connect.js";
import { RpcError } from "../errors/rpc-error.js";
import type { CallEvent } from "../interceptor/call-events.js";
import { serve } from "../server/serve.js";
import * as rpc from "../stub-v1/index.js";
import { parseWhole, type WholeMessage } from "../test-support/parse-whole.js";
import { memory } from "../testing/index.js";
import { defaultLimits } from "../transport/limits.js";
import type { MessageReceiver, Transport, TransportConnection } from "../transport/transport.js";
import { encodeCall, encodeCancel } from "../wire/messages/call.js";
import { encodeWelcome, introduce } from "../wire/messages/handshake.js";
import { encodeError, encodeResult } from "../wire/messages/result.js";
import { type Synchronous, synchronous, withOptions } from "./client-stub.js";

interface Sums {
  double(n: number): Promise<number>;
  note(n: number): void;
}

class SumsClient extends rpc.ClientStub implements Sums {
  double(...args: Parameters<Sums["double"]>): ReturnType<Sums["double"]> {
    return rpc.unary(this, 0, args);
  }
  note(...args: Parameters<Sums["note"]>): void {
    rpc.notify(this, 1, args);
  }
}

const Sums = rpc.defineService<Sums>({
  name: "Sums",
  fingerprint: "0",
  methods: [
    rpc.unaryMethod("double", "1", [rpc.param("n", rpc.number)], rpc.number),
    rpc.notifyMethod("note", "2", [rpc.param("n", rpc.number)]),
  ],
  client: SumsClient,
  dispatch: (service, method, args) =>
    method === 0 ? service.double(...(args as [number])) : service.note(...(args as [number])),
});

/**
 * A scripted peer. Its transport delivers messages only by `receiveSync` or, in a later turn, by
 * `pump`.
 */
class Link implements TransportConnection {
  readonly capabilities = {
    name: "linked",
    maxMessageBytes: Number.POSITIVE_INFINITY,
    zeroCopy: false,
    peerIdentity: false,
    synchronousCall: true,
    noticesDeath: true,
    oneConnection: false,
  };
  readonly peer = { transport: "linked", address: "script" };
  maxReceiveBytes = 0;
  /** Messages that the session sent after its hello. */
  readonly sent: WholeMessage[] = [];
  /** Called with each message that the session sends. */
  onMessage: (message: WholeMessage) => void = () => {};
  /** Called whenever the session waits and no message is queued. */
  onWait: () => void = () => {};
  readonly #inbox: (Uint8Array | "end")[] = [];
  readonly #gone = Promise.withResolvers<void>();
  #receiver: MessageReceiver | undefined;

  start(receiver: MessageReceiver): void {
    this.#receiver = receiver;
  }

  /** Sends a copy of a message of the peer: the encoders reuse their bytes. */
  put(bytes: Uint8Array | "end"): void {
    this.#inbox.push(bytes === "end" ? bytes : new Uint8Array(bytes));
  }

  send(bytes: Uint8Array): boolean {
    const message = parseWhole(new Uint8Array(bytes));
    if (message.kind === "hello") {
      this.put(encodeWelcome({ ...introduce(defaultLimits, [Sums.implement({} as Sums)]), version: 1 }));
      setTimeout(() => this.pump());
    } else {
      this.sent.push(message);
      this.onMessage(message);
    }
    return true;
  }

  pump(): void {
    while (this.receiveSync(0));
  }

  receiveSync(timeoutMs: number): boolean {
    const next = this.#inbox.shift();
    if (next === undefined) {
      if (timeoutMs > 0) this.onWait();
      if (timeoutMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.min(timeoutMs, 5));
      return false;
    }
    if (next === "end") this.#receiver?.closed();
    else this.#receiver?.message(next);
    return true;
  }

  pause(): void {}
  resume(): void {}
  close(): Promise<void> {
    this.#gone.resolve();
    return this.#gone.promise;
  }
  abort(): void {
    this.#gone.resolve();
  }
}

const opened: Connection[] = [];
afterEach(() => {
  for (const connection of opened.splice(0)) connection.abort();
});

async function open(options: ConnectOptions = {}) {
  const link = new Link();
  const transport: Transport = {
    endpoint: "linked:script",
    capabilities: link.capabilities,
    dial: async () => link,
    listen: () => Promise.reject(new RpcError("unimplemented", "only dialed here")),
  };
  const connection = await connect(transport, options);
  opened.push(connection);
  const sums = connection.client(Sums);
  return { link, connection, sums, now: synchronous(sums) };
}

function failure(run: () => unknown): RpcError {
  try {
    run();
  } catch (thrown) {
    return thrown as RpcError;
  }
  throw new Error("nothing was thrown");
}

/** Answers a call with twice its argument. */
function answer(link: Link): (message: WholeMessage) => void {
  return (message) => {
    if (message.kind === "call") link.put(encodeResult(message.id, (message.args[0] as number) * 2));
  };
}

test("the type of a method is that of its awaited result", () => {
  expectTypeOf<Synchronous<Sums>["double"]>().toEqualTypeOf<(n: number) => number>();
  expectTypeOf<Synchronous<Sums>["note"]>().toEqualTypeOf<(n: number) => void>();
});

test("calls return their results, and the given client still returns promises", async () => {
  const { link, sums, now } = await open();
  link.onMessage = answer(link);
  for (let n = 0; n < 2_000; n++) expect(now.double(n)).toBe(2 * n);
  now.note(1);
  expect(link.sent.at(-1)).toMatchObject({ kind: "notify", args: [1] });
  const promise = sums.double(4);
  expect(promise).toBeInstanceOf(Promise);
  link.pump();
  expect(await promise).toBe(8);
});

test("listeners to the calls of the process see the calls and change nothing", async () => {
  const { link, now } = await open();
  link.onMessage = answer(link);
  const types: string[] = [];
  const listener = (event: unknown) => {
    const { type, call } = event as CallEvent;
    types.push(`${type} ${call.label} ${call.args[0]}`);
  };
  subscribe("crosspane.call", listener);
  try {
    expect(now.double(1)).toBe(2);
    expect(failure(() => now.double("2" as never))).toMatchObject({ code: "invalidArgument" });
  } finally {
    unsubscribe("crosspane.call", listener);
  }
  expect(types).toEqual(
    ["start", "end", "start", "end"].map((type, i) => `${type} Sums.double ${i < 2 ? 1 : 2}`),
  );
});

test("the error of a call is thrown", async () => {
  const { link, now } = await open();
  link.onMessage = (message) => {
    if (message.kind === "call") link.put(encodeError(message.id, { code: "notFound", message: "no" }));
  };
  expect(failure(() => now.double(1))).toMatchObject({ code: "notFound" });
  expect(failure(() => now.double("1" as never))).toMatchObject({ code: "invalidArgument" });
  link.onMessage = (message) => {
    if (message.kind === "call") link.put(encodeResult(message.id, "text"));
  };
  expect(failure(() => now.double(1))).toMatchObject({ code: "internal" });
});

test("a deadline ends the wait and cancels the call, and its late answer is ignored", async () => {
  const { link, now } = await open();
  const began = performance.now();
  const error = failure(() => withOptions(now, { timeoutMs: 60 }).double(1));
  expect(error.code).toBe("deadlineExceeded");
  expect(performance.now() - began).toBeGreaterThanOrEqual(59);
  expect(link.sent).toMatchObject([
    { kind: "call", id: 0, timeoutMs: 60 },
    { kind: "cancel", id: 0, code: "deadlineExceeded" },
  ]);
  link.put(encodeResult(0, 2));
  link.onMessage = answer(link);
  expect(now.double(5)).toBe(10);
});

test("a peer that keeps sending cannot hold a call beyond its deadline", async () => {
  const { link, now, sums } = await open();
  void sums.double(0).catch(() => {});
  const flood = encodeCancel(77, "cancelled").slice();
  for (let i = 0; i < 200_000; i++) link.put(flood);
  expect(failure(() => withOptions(now, { timeoutMs: 5 }).double(1)).code).toBe("deadlineExceeded");
});

test("an aborted signal refuses a call, and one that aborts during a call ends it", async () => {
  const { link, now } = await open();
  expect(failure(() => withOptions(now, { signal: AbortSignal.abort() }).double(1)).code).toBe("cancelled");
  expect(link.sent).toEqual([]);
  const controller = new AbortController();
  link.onWait = () => controller.abort();
  expect(failure(() => withOptions(now, { signal: controller.signal }).double(1)).code).toBe("cancelled");
  expect(link.sent.at(-1)).toMatchObject({ kind: "cancel", code: "cancelled" });
});

test("a lost connection ends the wait", async () => {
  const { link, now, connection } = await open();
  link.onMessage = () => link.put("end");
  expect(failure(() => now.double(1))).toMatchObject({ code: "unavailable" });
  expect((await connection.closed).by).toBe("peer");
  expect(failure(() => now.double(1))).toMatchObject({ code: "unavailable" });
});

test("a peer that breaks the protocol ends the wait", async () => {
  const { link, now } = await open({ onError: () => {} });
  link.onMessage = (message) => {
    if (message.kind === "call") link.put(Uint8Array.of(0xc1));
  };
  expect(failure(() => now.double(1))).toMatchObject({ code: "unavailable" });
});

test("answers to other calls settle them, and the peer's calls start afterwards in order", async () => {
  const started: number[] = [];
  const services = [
    Sums.implement({
      async double(n) {
        started.push(n);
        return 2 * n;
      },
      note: (n) => void started.push(n),
    }),
  ];
  const { link, sums, now } = await open({ services });
  const other = sums.double(100);
  link.onMessage = (message) => {
    if (message.kind !== "call") return;
    link.put(encodeCall(7, { target: 0, method: 0 }, [1]));
    link.put(encodeCall(8, { target: 0, method: 0 }, [2]));
    link.put(encodeCancel(8, "cancelled"));
    link.put(encodeResult(0, 200));
    link.put(encodeResult(message.id, 4));
    link.put(encodeCall(9, { target: 0, method: 0 }, [3]));
  };
  expect(now.double(2)).toBe(4);
  expect(started).toEqual([]);
  expect(await other).toBe(200);
  expect(started).toEqual([1]);
  link.pump();
  await new Promise((resolve) => setTimeout(resolve));
  expect(started).toEqual([1, 3]);
  expect(link.sent.filter(({ kind }) => kind === "result" || kind === "error")).toMatchObject([
    { kind: "error", id: 8 },
    { kind: "result", id: 7 },
    { kind: "result", id: 9, value: 6 },
  ]);
});

test("a handler may make a synchronous call after its first await, not before", async () => {
  const seen: unknown[] = [];
  let now: Synchronous<Sums> | undefined;
  const services = [
    Sums.implement({
      async double(n) {
        seen.push(failure(() => now?.double(n)).code);
        await undefined;
        seen.push(now?.double(n));
        return n;
      },
      note: () => {},
    }),
  ];
  const { link, now: client } = await open({ services });
  now = client;
  link.onMessage = answer(link);
  link.put(encodeCall(0, { target: 0, method: 0 }, [21]));
  link.pump();
  await new Promise((resolve) => setTimeout(resolve));
  expect(seen).toEqual(["failedPrecondition", 42]);
});

test("a transport without synchronous calls is named, with those that have them", async () => {
  await using server = await serve(memory("synchronous"), [
    Sums.implement({ double: async (n) => n, note: () => {} }),
  ]);
  await using connection = await connect(memory(server.endpoint.slice("memory:".length)));
  const error = failure(() => synchronous(connection.client(Sums)).double(1));
  expect(error.code).toBe("unimplemented");
  expect(error.message).toMatch(/Sums.double: the transport memory .*shm/);
});

test("a local object is refused", () => {
  const local: Sums = { double: async (n) => n, note: () => {} };
  expect(failure(() => synchronous(local)).code).toBe("invalidArgument");
});
