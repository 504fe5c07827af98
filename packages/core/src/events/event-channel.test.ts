import { expect, test } from "vitest";
import {
  type Code,
  connect,
  EventChannel,
  RpcError,
  resubscribe,
  type Subscription,
  serve,
  throttled,
} from "../index.js";
import * as rpc from "../stub-v1/index.js";
import { memory } from "../transport/memory-transport.js";

interface News {
  watch(onNews: (line: string, id: string) => void, after?: string): Promise<Subscription>;
}
class NewsClient extends rpc.ClientStub implements News {
  watch(...args: Parameters<News["watch"]>): ReturnType<News["watch"]> {
    return rpc.unary(this, 0, args);
  }
}
const onNews = rpc.func("onNews", [rpc.param("line", rpc.string), rpc.param("id", rpc.string)], rpc.void);
const News = rpc.defineService<News>({
  name: "News",
  fingerprint: "0".repeat(16),
  methods: [
    rpc.unaryMethod(
      "watch",
      "1".repeat(16),
      [rpc.param("onNews", onNews), rpc.param("after", rpc.string, { optional: true })],
      rpc.subscription,
    ),
  ],
  client: NewsClient,
  dispatch: (service, _method, args) => service.watch(...(args as Parameters<News["watch"]>)),
});

let count = 0;
async function start(channel: EventChannel<string>) {
  const transport = memory(`events ${count++}`);
  const server = await serve(transport, [
    News.implement({ watch: async (listener, after) => channel.subscribe(listener, { after }) }),
  ]);
  const open = async () => {
    const connection = await connect(transport);
    return { connection, news: connection.client(News) };
  };
  return { server, open };
}
const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

test("many connections receive the same events, in order, until they end their subscriptions", async () => {
  const channel = new EventChannel<string>();
  const { server, open } = await start(channel);
  const heard: string[][] = [];
  const subscriptions: Subscription[] = [];
  for (let i = 0; i < 3; i++) {
    const { news } = await open();
    const lines: string[] = [];
    heard.push(lines);
    subscriptions.push(await news.watch((line) => lines.push(line)));
  }
  for (let i = 0; i < 100; i++) await channel.emit(`line ${i}`);
  await turn();
  const all = Array.from({ length: 100 }, (_, i) => `line ${i}`);
  expect(heard).toEqual([all, all, all]);
  subscriptions[0]?.[Symbol.dispose]();
  await turn();
  expect(channel.subscribers).toBe(2);
  await server.close();
  await turn();
  expect(channel.subscribers).toBe(0);
});

test("a subscriber that was away receives what it missed, or an error", async () => {
  const channel = new EventChannel<string>({ history: 10 });
  const { server, open } = await start(channel);
  const { news, connection } = await open();
  let last = "";
  using _first = await news.watch((_line, id) => {
    last = id;
  });
  await channel.emit("a");
  await turn();
  await connection.close();
  for (const line of ["b", "c", "d"]) await channel.emit(line);
  const again = await open();
  const lines: string[] = [];
  using _second = await again.news.watch((line) => lines.push(line), last);
  await channel.emit("e");
  await turn();
  expect(lines).toEqual(["b", "c", "d", "e"]);
  for (let i = 0; i < 20; i++) await channel.emit(String(i));
  await expect(again.news.watch(() => {}, last)).rejects.toMatchObject({ code: "outOfRange" });
  await expect(again.news.watch(() => {}, "otherrun-3")).rejects.toMatchObject({ code: "outOfRange" });
  await server.close();
});

/** Makes a listener that takes nothing until it is released. */
function stuck() {
  const taken: string[] = [];
  const gates: (() => void)[] = [];
  let free = false;
  const listener = (line: string) => {
    taken.push(line);
    return free ? undefined : new Promise<void>((resolve) => gates.push(resolve));
  };
  const letGo = () => {
    free = true;
    for (const resolve of gates) resolve();
  };
  return { taken, listener, letGo };
}

test.each([
  { subscriptions: 40, limits: {} },
  { subscriptions: 3, limits: { maxCallsInFlight: 16 } },
  { subscriptions: 2, limits: { maxCallsInFlight: 1 } },
])(
  "$subscriptions subscriptions of one connection, with $limits, receive all of a burst of events",
  async ({ subscriptions, limits }) => {
    const transport = memory(`events ${count++}`);
    const channel = new EventChannel<string>();
    const watch: News["watch"] = async (listener) => channel.subscribe(listener);
    const server = await serve(transport, [News.implement({ watch })]);
    const connection = await connect(transport, { limits });
    const news = connection.client(News);
    let heard = 0;
    for (let i = 0; i < subscriptions; i++) {
      await news.watch(async () => {
        heard++;
        await turn();
      });
    }
    for (let i = 0; i < 100; i++) void channel.emit(String(i));
    await expect.poll(() => heard).toBe(100 * subscriptions);
    expect(channel.subscribers).toBe(subscriptions);
    await connection.close();
    await server.close();
  },
);

test("a listener that takes nothing does not stop the others of its connection", async () => {
  const transport = memory(`events ${count++}`);
  const channel = new EventChannel<string>();
  const watch: News["watch"] = async (listener) => channel.subscribe(listener);
  await using _server = await serve(transport, [News.implement({ watch })]);
  await using connection = await connect(transport, { limits: { maxCallsInFlight: 16 } });
  const news = connection.client(News);
  const { listener, letGo, taken } = stuck();
  await news.watch(listener);
  const heard: string[] = [];
  await news.watch((line) => heard.push(line));
  const all = Array.from({ length: 50 }, (_, i) => String(i));
  for (const line of all) void channel.emit(line);
  await expect.poll(() => heard).toEqual(all);
  letGo();
  await expect.poll(() => taken).toEqual(all);
});

test("with `wait`, `emit` waits for the slowest listener", async () => {
  const channel = new EventChannel<string>({ buffer: 2 });
  const { listener, letGo, taken } = stuck();
  channel.subscribe(listener);
  // 32 are in flight, one waits.
  for (let i = 0; i < 33; i++) await channel.emit(String(i));
  let emitted = false;
  const emitting = channel.emit("one more").then(() => {
    emitted = true;
  });
  await turn();
  expect(emitted).toBe(false);
  letGo();
  await emitting;
  await turn();
  expect(taken).toHaveLength(34);
});

test("dropOldest and latest lose old events, fail ends the subscription", async () => {
  for (const [overflow, kept] of [
    ["dropOldest", ["98", "99"]],
    ["latest", ["99"]],
    ["fail", []],
  ] as const) {
    const channel = new EventChannel<string>({ buffer: 2, overflow });
    const { listener, letGo, taken } = stuck();
    channel.subscribe(listener);
    for (let i = 0; i < 100; i++) await channel.emit(String(i));
    letGo();
    await turn();
    expect([overflow, taken.slice(32)]).toEqual([overflow, kept]);
    expect(channel.subscribers).toBe(overflow === "fail" ? 0 : 1);
  }
});

test("a stream of events ends when it is left, and fails when it is too slow", async () => {
  const channel = new EventChannel<string>({ buffer: 2, overflow: "fail", history: 5 });
  const reader = channel.stream();
  await channel.emit("a");
  const first = await reader.next();
  expect(first.value).toMatchObject({ value: "a" });
  await reader.return?.();
  expect(channel.subscribers).toBe(0);
  await channel.emit("b");
  const late = channel.stream({ after: first.value?.id });
  expect((await late.next()).value).toMatchObject({ value: "b" });
  for (const line of ["c", "d", "e"]) await channel.emit(line);
  await expect(late.next()).rejects.toMatchObject({ code: "resourceExhausted" });
  expect((await late.next()).done).toBe(true);
});

test("throttled passes on the newest value at most once an interval, and the last one always", async () => {
  const passed: number[] = [];
  {
    await using report = throttled((value: number) => passed.push(value), { intervalMs: 10_000 });
    for (let i = 0; i < 1000; i++) report(i);
  }
  expect(passed).toEqual([0, 999]);
});

test("throttled passes on values that are reported during a flush", async () => {
  const passed: number[] = [];
  const taken: (() => void)[] = [];
  const report = throttled(
    (value: number) => {
      passed.push(value);
      return new Promise<void>((resolve) => taken.push(resolve));
    },
    { intervalMs: 20 },
  );
  report(1);
  const flushed = report.flush();
  report(2);
  taken[0]?.();
  await expect.poll(() => passed).toEqual([1, 2]);
  report(3);
  taken[1]?.();
  await flushed;
  await expect.poll(() => passed).toEqual([1, 2, 3]);
});

test("throttled never calls a listener that is busy or has failed", async () => {
  let running = 0;
  let most = 0;
  let calls = 0;
  const report = throttled(
    async () => {
      calls++;
      most = Math.max(most, ++running);
      await turn();
      running--;
      if (calls === 3) throw new Error("nobody listens");
    },
    { intervalMs: 0 },
  );
  for (let i = 0; i < 20; i++) {
    report(i);
    await turn();
  }
  await report.flush();
  expect([most, calls]).toEqual([1, 3]);
});

test("a resubscribed listener receives every event once, over any number of links, or is told that it missed some", async () => {
  const transport = memory("kept subscription");
  const channel = new EventChannel<string>({ history: 5 });
  const offer = () =>
    serve(
      transport,
      [News.implement({ watch: async (listener, after) => channel.subscribe(listener, { after }) })],
      { onError: () => {} },
    );
  let server = await offer();
  await using connection = await connect(transport, { reconnect: { minDelayMs: 1 } });
  const heard: string[] = [];
  let missed = 0;
  const news = connection.client(News);
  const kept = await resubscribe<string>(connection, {
    subscribe: (listener, after) => news.watch(listener, after),
    listener: (line) => heard.push(line),
    onMissed: () => missed++,
  });
  await channel.emit("a");
  await turn();
  for (const lines of [
    ["b", "c"],
    ["d", "e", "f"],
  ]) {
    for (const client of server.connections) client.abort();
    await server.close();
    for (const line of lines) await channel.emit(line);
    server = await offer();
    await expect.poll(() => heard.at(-1)).toBe(lines.at(-1));
  }
  expect(heard.join("")).toBe("abcdef");
  expect(missed).toBe(0);
  for (const client of server.connections) client.abort();
  await server.close();
  for (let i = 0; i < 10; i++) await channel.emit(String(i));
  server = await offer();
  await expect.poll(() => missed).toBe(1);
  await channel.emit("after");
  await turn();
  expect(heard.at(-1)).toBe("after");
  kept[Symbol.dispose]();
  await turn();
  expect(channel.subscribers).toBe(0);
  await server.close();
});

/** Starts a server of a channel that can go away and come back, and a connection to it. */
async function comingBack(name: string, channel: EventChannel<string>) {
  const transport = memory(name);
  const listen = () =>
    serve(
      transport,
      [News.implement({ watch: async (listener, after) => channel.subscribe(listener, { after }) })],
      { onError: () => {} },
    );
  let server = await listen();
  const connection = await connect(transport, { reconnect: { minDelayMs: 1 } });
  return {
    connection,
    news: connection.client(News),
    async leave() {
      for (const client of server.connections) client.abort();
      await server.close();
      await expect.poll(() => connection.state).toBe("reconnecting");
    },
    async comeBack() {
      server = await listen();
      await expect.poll(() => connection.state).toBe("connected");
    },
    async close() {
      await connection.close();
      await server.close();
    },
  };
}

test("a subscription made without a link subscribes once", async () => {
  const channel = new EventChannel<string>();
  const { connection, news, leave, comeBack, close } = await comingBack("kept without a link", channel);
  await leave();
  const heard: string[] = [];
  const keeping = resubscribe<string>(connection, {
    subscribe: (listener, after) => news.watch(listener, after),
    listener: (line) => heard.push(line),
    onMissed: () => {},
  });
  await comeBack();
  const kept = await keeping;
  await channel.emit("a");
  await turn();
  expect(heard).toEqual(["a"]);
  expect(channel.subscribers).toBe(1);
  kept[Symbol.dispose]();
  await turn();
  expect(channel.subscribers).toBe(0);
  await close();
});

test("a subscription that received nothing before its link was lost may have missed events", async () => {
  const channel = new EventChannel<string>();
  const { connection, news, leave, comeBack, close } = await comingBack("kept and heard nothing", channel);
  let missed = 0;
  await resubscribe<string>(connection, {
    subscribe: (listener, after) => news.watch(listener, after),
    listener: () => {},
    onMissed: () => missed++,
  });
  await leave();
  await channel.emit("while it was away");
  await comeBack();
  await expect.poll(() => missed).toBe(1);
  await close();
});

test("a subscription that cannot resume reports it, also if that takes two attempts", async () => {
  const channel = new EventChannel<string>();
  const { connection, news, leave, comeBack, close } = await comingBack("kept in two steps", channel);
  const codes: Code[] = ["outOfRange", "unavailable"];
  const ended: (RpcError | undefined)[] = [];
  let missed = 0;
  let attempts = 0;
  let refuse = false;
  await resubscribe<string>(connection, {
    subscribe: async (listener, after) => {
      attempts++;
      const code = attempts > 1 ? codes.shift() : undefined;
      if (code === "unavailable") await leave();
      if (code !== undefined) throw new RpcError(code, "told to");
      if (refuse) throw new RpcError("permissionDenied", "not any more");
      return news.watch(listener, after);
    },
    listener: () => {},
    onMissed: () => missed++,
    onEnded: (error) => ended.push(error),
  });
  await channel.emit("heard");
  await turn();
  await leave();
  const back = comeBack();
  await expect.poll(() => attempts).toBe(3);
  await expect.poll(() => connection.state).toBe("reconnecting");
  await turn();
  expect(missed).toBe(0);
  // The link was lost in between: what was missed is still missed.
  await Promise.all([back, comeBack()]);
  await expect.poll(() => missed).toBe(1);
  refuse = true;
  await leave();
  await comeBack();
  await expect.poll(() => ended).toMatchObject([{ code: "permissionDenied" }]);
  expect(channel.subscribers).toBe(0);
  await close();
});

test("an event of the wrong type ends the subscription and is reported", async () => {
  const transport = memory("an undeclared event");
  const channel = new EventChannel<string>();
  const reports: unknown[] = [];
  await using _ = await serve(
    transport,
    [News.implement({ watch: async (listener) => channel.subscribe(listener) })],
    { onError: ({ error }) => reports.push(error) },
  );
  const told: unknown[] = [];
  await using connection = await connect(transport, { onError: ({ error }) => told.push(error) });
  await connection.client(News).watch(() => {});
  await channel.emit(7 as never);
  await expect.poll(() => told).toMatchObject([{ code: "invalidArgument" }]);
  expect(channel.subscribers).toBe(0);
  expect(reports).toMatchObject([{ code: "invalidArgument" }]);
});

test.each([
  [{ buffer: 0 }, "buffer"],
  [{ buffer: Number.NaN }, "buffer"],
  [{ history: -1 }, "history"],
  [{ history: Number.NaN }, "history"],
  [{ overflow: "drop" as "fail" }, "overflow"],
])("a channel cannot be made with %o", (options, name) => {
  expect(() => new EventChannel(options)).toThrow(
    expect.objectContaining({ code: "invalidArgument", message: expect.stringContaining(name) }),
  );
});
