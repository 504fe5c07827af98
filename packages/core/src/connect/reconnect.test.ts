import { afterEach, describe, expect, test, vi } from "vitest";
import {
  type Connection,
  type ConnectionChange,
  type ConnectOptions,
  callContext,
  connect,
  pipelined,
  RpcError,
  type Server,
  type Subscription,
  serve,
  subscription,
  synchronous,
  withOptions,
} from "../index.js";
import { ClientStub } from "../outbound/client-stub.js";
import * as rpc from "../stub-v1/index.js";
import { memory } from "../testing/index.js";

vi.mock("../runtime/real-time.js", () => import("../test-support/global-time.js"));

interface Counter {
  next(): Promise<number>;
}

interface Desk {
  name(): Promise<string>;
  hold(): Promise<void>;
  note(text: string): void;
  counter(): Promise<Counter>;
  listen(onText: (text: string) => void): Promise<Subscription>;
  ticks(): AsyncIterable<number>;
}

class CounterClient extends rpc.ClientStub implements Counter {
  next(): Promise<number> {
    return rpc.unary(this, 0, []);
  }
}
const Counter = rpc.defineService<Counter>({
  name: "Counter",
  fingerprint: "1",
  methods: [rpc.unaryMethod("next", "1", [], rpc.number)],
  client: CounterClient,
  dispatch: (service) => service.next(),
});

class DeskClient extends rpc.ClientStub implements Desk {
  name(): Promise<string> {
    return rpc.unary(this, 0, []);
  }
  hold(): Promise<void> {
    return rpc.unary(this, 1, []);
  }
  note(text: string): void {
    rpc.notify(this, 2, [text]);
  }
  counter(): Promise<Counter> {
    return rpc.unary(this, 3, []);
  }
  listen(onText: (text: string) => void): Promise<Subscription> {
    return rpc.unary(this, 4, [onText]);
  }
  ticks(): AsyncIterable<number> {
    return rpc.streaming(this, 5, []);
  }
}
const onText = rpc.func("onText", [rpc.param("text", rpc.string)], rpc.void);
const Desk = rpc.defineService<Desk>({
  name: "Desk",
  fingerprint: "1",
  methods: [
    rpc.unaryMethod("name", "1", [], rpc.string),
    rpc.unaryMethod("hold", "2", [], rpc.void),
    rpc.notifyMethod("note", "3", [rpc.param("text", rpc.string)]),
    rpc.unaryMethod(
      "counter",
      "4",
      [],
      rpc.reference(() => Counter as never),
    ),
    rpc.unaryMethod("listen", "5", [rpc.param("onText", onText)], rpc.subscription),
    rpc.streamMethod("ticks", "6", [], rpc.stream(rpc.number)),
  ],
  client: DeskClient,
  dispatch(service, method, args) {
    switch (method) {
      case 0:
        return service.name();
      case 1:
        return service.hold();
      case 2:
        return service.note(...(args as [string]));
      case 3:
        return service.counter();
      case 4:
        return service.listen(...(args as [(text: string) => void]));
      default:
        return service.ticks();
    }
  },
});

let names = 0;
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const never = () => new Promise<never>(() => {});

/** Milliseconds that the last call of `hold` at each server had left when it began. */
const heldMs = new WeakMap<Server, number>();

async function serveDesk(address: string, name: string): Promise<Server> {
  const implementation: Desk = {
    name: async () => name,
    hold() {
      heldMs.set(server, callContext().remainingMs);
      return never();
    },
    note() {},
    counter: async () => ({ next: async () => 1 }),
    listen: async () => subscription(() => {}),
    async *ticks() {
      yield 1;
      await never();
    },
  };
  const server = await serve(memory(address), [Desk.implement(implementation)], { onError: () => {} });
  undo.push(() => server.close({ drainMs: 0 }));
  return server;
}

interface Opened {
  readonly address: string;
  readonly server: Server;
  readonly connection: Connection;
  readonly desk: Desk;
  readonly changes: ConnectionChange[];
}

async function open(options: ConnectOptions["reconnect"] = { minDelayMs: 1 }): Promise<Opened> {
  const address = `reconnect ${++names}`;
  const server = await serveDesk(address, "first");
  const connection = await connect(memory(address), { reconnect: options, onError: () => {} });
  undo.push(() => connection.close());
  const changes: ConnectionChange[] = [];
  connection.onStateChange((change) => changes.push(change));
  return { address, server, connection, desk: connection.client(Desk), changes };
}

/** Ends a server like a crash: its clients see a broken link. */
async function crash(server: Server): Promise<void> {
  for (const connection of server.connections) connection.abort("crashed");
  await server.close();
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => "answered",
    (error: RpcError) => error.code,
  );

const zero = { calls: 0, oneWayCalls: 0, streams: 0, references: 0, subscriptions: 0 };

describe("a link that breaks", () => {
  test("settles calls in flight, reports the lost work, and the same clients use the next link", async () => {
    const { address, server, connection, desk, changes } = await open();
    const short = withOptions(desk, { timeoutMs: 5_000 });
    const [counter, events] = [await desk.counter(), await desk.listen(() => {})];
    const ticks = desk.ticks()[Symbol.asyncIterator]();
    expect(await ticks.next()).toEqual({ done: false, value: 1 });
    const held = [codeOf(desk.hold()), codeOf(desk.hold())];
    await desk.name();
    await crash(server);
    expect(await Promise.all(held)).toEqual(["unavailable", "unavailable"]);
    expect(await codeOf(ticks.next())).toBe("unavailable");
    expect(connection.state).toBe("reconnecting");
    const waiting = [desk.name(), short.name()];
    await serveDesk(address, "second");
    expect(await Promise.all(waiting)).toEqual(["second", "second"]);
    expect(connection.state).toBe("connected");
    expect(changes).toEqual([
      {
        state: "reconnecting",
        lost: { calls: 2, oneWayCalls: 0, streams: 1, references: 1, subscriptions: 1 },
        error: expect.objectContaining({ code: "cancelled", message: "crashed" }),
      },
      { state: "connected", lost: zero },
    ]);
    await expect(counter.next()).rejects.toMatchObject({
      code: "failedPrecondition",
      message: expect.stringMatching(/^Counter\.next: .*get it again.*re-established/),
    });
    events[Symbol.dispose]();
    expect(await (await desk.counter()).next()).toBe(1);
  });

  test("lets a new chain of calls wait for the next link, and fails one in flight as a whole", async () => {
    const { address, server, desk } = await open();
    expect(await pipelined(desk).counter().next()).toBe(1);
    const lost = codeOf(pipelined(desk).counter().next());
    await crash(server);
    const waiting = pipelined(desk).counter().next();
    await serveDesk(address, "second");
    expect([await lost, await waiting]).toEqual(["unavailable", 1]);
    expect(await pipelined(desk).counter().next()).toBe(1);
  });

  test("is also re-established after the server has closed in order", async () => {
    const { address, server, desk, changes } = await open();
    await server.close();
    const waiting = desk.name();
    await serveDesk(address, "second");
    expect(await waiting).toBe("second");
    expect(changes[0]).toEqual({ state: "reconnecting", lost: zero, error: undefined });
  });

  test("runs the handlers before the waiting calls each time", async () => {
    const { address, server, connection, desk } = await open();
    const order: string[] = [];
    const stop = connection.onReconnected(async () => {
      order.push(`handler ${await desk.name()}`);
    });
    let current = server;
    for (const name of ["second", "third"]) {
      await crash(current);
      const waiting = desk.name().then((answer) => order.push(`call ${answer}`));
      current = await serveDesk(address, name);
      await waiting;
    }
    stop();
    await crash(current);
    const last = desk.name();
    await serveDesk(address, "fourth");
    await last;
    expect(order).toEqual(["handler second", "call second", "handler third", "call third"]);
  });

  test("errors of handlers and listeners are reported and have no other effect", async () => {
    const reports: unknown[] = [];
    const address = `reconnect ${++names}`;
    const server = await serveDesk(address, "first");
    await using connection = await connect(memory(address), {
      reconnect: { minDelayMs: 1 },
      onError: ({ error }) => reports.push(error),
    });
    connection.onStateChange(() => {
      throw new Error("listener");
    });
    connection.onReconnected(async () => {
      throw new Error("handler");
    });
    await crash(server);
    await serveDesk(address, "second");
    expect(await connection.client(Desk).name()).toBe("second");
    expect(reports.map((error) => (error as Error).message)).toEqual(["listener", "listener", "handler"]);
  });
});

describe("a call that is made while there is no link", () => {
  test("waits until its deadline, for waitMs, or not at all", async () => {
    const { server, desk } = await open({ minDelayMs: 1, waitMs: 50 });
    await crash(server);
    await expect(withOptions(desk, { timeoutMs: 20 }).name()).rejects.toMatchObject({
      code: "deadlineExceeded",
      message: expect.stringContaining("Desk.name: the connection was not re-established within 20 ms"),
    });
    await expect(desk.name()).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("50 ms"),
    });
    const hasty = await open({ minDelayMs: 1, waitMs: 0 });
    await crash(hasty.server);
    expect(await codeOf(hasty.desk.name())).toBe("unavailable");
    expect(await codeOf(withOptions(desk, { timeoutMs: 0 }).name())).toBe("deadlineExceeded");
  });

  test("is cancelled by its signal", async () => {
    const { server, desk } = await open();
    await crash(server);
    const controller = new AbortController();
    const call = withOptions(desk, { signal: controller.signal }).name();
    controller.abort();
    expect(await codeOf(call)).toBe("cancelled");
    expect(await codeOf(withOptions(desk, { signal: controller.signal }).name())).toBe("cancelled");
  });

  test("waits no longer than its parent call", async () => {
    const { server, desk } = await open();
    await crash(server);
    const inner: Promise<string>[] = [];
    const address = `reconnect ${++names}`;
    const implementation = {
      name: () => {
        inner.push(codeOf(desk.name()));
        return never();
      },
    } as unknown as Desk;
    for (const method of ["hold", "note", "counter", "listen", "ticks"]) {
      Object.assign(implementation, { [method]: never });
    }
    const relay = await serve(memory(address), [Desk.implement(implementation)], { onError: () => {} });
    undo.push(() => relay.close({ drainMs: 0 }));
    await using connection = await connect(memory(address));
    const outer = connection.client(Desk);
    expect(await codeOf(withOptions(outer, { timeoutMs: 500 }).name())).toBe("deadlineExceeded");
    const controller = new AbortController();
    const call = withOptions(outer, { signal: controller.signal }).name();
    await expect.poll(() => inner.length).toBe(2);
    controller.abort();
    expect(await codeOf(call)).toBe("cancelled");
    expect(await Promise.all(inner)).toEqual(["deadlineExceeded", "cancelled"]);
  });

  test("is not bounded by a parent call that has settled", async () => {
    const { server, address: served, desk } = await open();
    await crash(server);
    const inner = Promise.withResolvers<string>();
    const address = `reconnect ${++names}`;
    const implementation = {
      name: async () => {
        setTimeout(() => desk.name().then(inner.resolve, inner.reject), 600);
        return "relay";
      },
    } as unknown as Desk;
    for (const method of ["hold", "note", "counter", "listen", "ticks"]) {
      Object.assign(implementation, { [method]: never });
    }
    const relay = await serve(memory(address), [Desk.implement(implementation)], { onError: () => {} });
    undo.push(() => relay.close({ drainMs: 0 }));
    await using connection = await connect(memory(address));
    expect(await withOptions(connection.client(Desk), { timeoutMs: 500 }).name()).toBe("relay");
    setTimeout(() => void serveDesk(served, "second"), 700);
    expect(await inner.promise).toBe("second");
  });

  test("fails at once if it is one-way or synchronous", async () => {
    const { server, desk } = await open();
    await crash(server);
    expect(() => desk.note("x")).toThrow("Desk.note was not made: the connection is being re-established");
    expect(() => synchronous(desk).name()).toThrow("Desk.name was not made");
  });

  test("has the rest of its deadline on the next link", async () => {
    const { address, server, desk } = await open();
    await crash(server);
    const call = codeOf(withOptions(desk, { timeoutMs: 60_000 }).hold());
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const second = await serveDesk(address, "second");
    // With the whole deadline on the next link this would be 60,000 ms.
    await expect.poll(() => heldMs.get(second)).toBeLessThan(59_100);
    await second.close({ drainMs: 0 });
    expect(await call).toBe("unavailable");
  });
});

describe("the end", () => {
  test("close and abort are final, with a link and without", async () => {
    for (const [end, reason] of [
      ["close", { by: "local" }],
      ["abort", { by: "local", error: expect.objectContaining({ code: "cancelled" }) }],
    ] as const) {
      const linked = await open();
      const held = codeOf(linked.desk.hold());
      await linked.desk.name();
      if (end === "close") await linked.connection.close({ drainMs: 1 });
      else linked.connection.abort();
      expect(await held).toBe("cancelled");
      expect(await linked.connection.closed).toEqual(reason);
      expect(linked.changes.map(({ state, lost }) => [state, lost.calls])).toEqual([["closed", 1]]);
      expect(await codeOf(linked.desk.name())).toBe("cancelled");
      expect(() => linked.desk.note("x")).toThrow(RpcError);

      const lonely = await open();
      await crash(lonely.server);
      const waiting = codeOf(lonely.desk.name());
      if (end === "close") await lonely.connection.close();
      else lonely.connection.abort();
      expect(await waiting).toBe("cancelled");
      expect(await lonely.connection.closed).toEqual(reason);
      expect(lonely.changes.map(({ state }) => state)).toEqual(["reconnecting", "closed"]);
      await lonely.connection.close();
    }
  });

  test("comes after maxElapsedMs without a link, with the error of the last attempt", async () => {
    const { server, connection, desk } = await open({ minDelayMs: 1, maxElapsedMs: 50 });
    await crash(server);
    const waiting = codeOf(desk.name());
    const { by, error } = await connection.closed;
    expect({ by, code: error?.code }).toEqual({ by: "peer", code: "unavailable" });
    expect(error?.message).toMatch(/was not re-established: no link for 50 ms .*the last attempt: /);
    expect(await waiting).toBe("unavailable");
    expect(await codeOf(desk.name())).toBe("unavailable");
  });

  test("comes after an error that a retry cannot fix", async () => {
    const address = `reconnect ${++names}`;
    const server = await serveDesk(address, "first");
    const transport = memory(address);
    let dials = 0;
    const connection = await connect(
      {
        ...transport,
        endpoint: transport.endpoint,
        capabilities: transport.capabilities,
        listen: (acceptor) => transport.listen(acceptor),
        async dial(signal) {
          if (++dials > 1) throw new RpcError("permissionDenied", "not any more");
          return transport.dial(signal);
        },
      },
      { reconnect: { minDelayMs: 1 } },
    );
    await crash(server);
    expect(await connection.closed).toMatchObject({ by: "peer", error: { code: "permissionDenied" } });
    expect(dials).toBe(2);
  });

  test("a connection without the option reports its end once and never reconnects", async () => {
    const { server, connection, changes } = await open(false);
    connection.onReconnected(() => {
      throw new Error("reconnected");
    });
    expect(connection.state).toBe("connected");
    await crash(server);
    await connection.closed;
    expect(connection.state).toBe("closed");
    expect(changes).toEqual([
      { state: "closed", lost: zero, error: expect.objectContaining({ message: "crashed" }) },
    ]);
  });
});

test("the delay between attempts grows, also if the server accepts and breaks each link at once", async () => {
  vi.spyOn(Math, "random").mockReturnValue(1);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const address = `reconnect ${++names}`;
  const begun: number[] = [];
  const server = await serve(memory(address), [], {
    onError: () => {},
    onConnection(connection) {
      begun.push(performance.now());
      connection.abort("not today");
    },
  });
  undo.push(() => server.close());
  const connection = await connect(memory(address), { reconnect: { minDelayMs: 100, maxDelayMs: 1_000 } });
  undo.push(() => connection.close());
  const turns = async () => {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  };
  for (let ms = 0; ms < 10_000; ms += 50) {
    await turns();
    vi.advanceTimersByTime(50);
  }
  const gaps = begun.slice(1).map((at, i) => at - (begun[i] as number));
  expect(gaps.slice(0, 4).every((gap, i) => gap >= 100 * 2 ** i)).toBe(true);
  expect(gaps.length).toBeGreaterThan(6);
  // Half of the delay is random: 1,000 ms, and the turns around it.
  expect(Math.min(...gaps.slice(4))).toBeGreaterThanOrEqual(1_000);
});

test.each([{ minDelayMs: 0 }, { waitMs: -1 }, { every: 5 }])("reconnect %o is refused", async (reconnect) => {
  await expect(connect(memory("nobody"), { reconnect })).rejects.toMatchObject({ code: "invalidArgument" });
});

test("an error that has no caller is also reported without a link", async () => {
  const address = `reconnect ${++names}`;
  const server = await serveDesk(address, "first");
  const reports: unknown[] = [];
  const connection = await connect(memory(address), {
    reconnect: { minDelayMs: 60_000 },
    onError: ({ error, method }) => reports.push([error, method]),
  });
  undo.push(() => connection.close());
  const desk = connection.client(Desk);
  await crash(server);
  await expect.poll(() => connection.state).toBe("reconnecting");
  ClientStub.channelOf(desk as object)?.report(2, "lost");
  expect(reports).toEqual([["lost", "Desk.note"]]);
});

test("a handler that another handler has removed is not called", async () => {
  const { server, address, connection } = await open({ minDelayMs: 1 });
  const told: string[] = [];
  connection.onReconnected(() => {
    told.push("first");
    callOff();
  });
  const callOff = connection.onReconnected(() => void told.push("second"));
  await crash(server);
  await serveDesk(address, "second");
  await expect.poll(() => connection.state).toBe("connected");
  expect(told).toEqual(["first"]);
});

test.each([{}, { reconnect: { minDelayMs: 1 } }])(
  "a listener that another listener has removed is not called, with %o",
  async (options) => {
    const address = `reconnect ${++names}`;
    await serveDesk(address, "first");
    const connection = await connect(memory(address), options);
    const told: string[] = [];
    connection.onStateChange(() => {
      told.push("first");
      callOff();
    });
    const callOff = connection.onStateChange(() => told.push("second"));
    await connection.close();
    await Promise.resolve();
    expect(told).toEqual(["first"]);
  },
);

describe("flush", () => {
  test("reports once that a link broke with one-way calls unconfirmed, then uses the next link", async () => {
    const { address, server, connection, desk, changes } = await open();
    desk.note("confirmed");
    await connection.flush();
    desk.note("lost");
    desk.note("lost");
    await crash(server);
    await serveDesk(address, "second");
    await expect.poll(() => connection.state).toBe("connected");
    expect(changes[0]?.lost.oneWayCalls).toBe(2);
    await expect(connection.flush()).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("2 one-way calls"),
    });
    await connection.flush();
    desk.note("again");
    await connection.flush();
  });

  test("does not report a broken link again after it has rejected for that link", async () => {
    const { address, server, connection, desk } = await open();
    desk.note("lost");
    const flushing = codeOf(connection.flush());
    for (const there of server.connections) there.abort("crashed");
    await server.close();
    expect(await flushing).toBe("unavailable");
    await serveDesk(address, "second");
    await connection.flush();
  });

  test("waits for the next link within its timeout, and rejects when the connection closes", async () => {
    const { address, server, connection } = await open();
    await crash(server);
    expect(await codeOf(connection.flush({ timeoutMs: 5 }))).toBe("deadlineExceeded");
    const flushing = connection.flush();
    await serveDesk(address, "second");
    await flushing;
    await connection.close();
    expect(await codeOf(connection.flush())).toBe("cancelled");
  });
});
