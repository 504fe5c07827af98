import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, expect, test } from "vitest";
import {
  type ConnectOptions,
  connect,
  EventChannel,
  RpcError,
  resubscribe,
  type Subscription,
  type SubscriptionEnd,
  serve,
  subscription,
  withOptions,
} from "../index.js";
import * as rpc from "../stub-v1/index.js";
import { countsOf } from "../testing/index.js";
import { memory } from "../transport/memory-transport.js";

interface News {
  watch(onNews: (line: string) => void): Promise<Subscription>;
}
class NewsClient extends rpc.ClientStub implements News {
  watch(...args: Parameters<News["watch"]>): ReturnType<News["watch"]> {
    return rpc.unary(this, 0, args);
  }
}
const onNews = rpc.func("onNews", [rpc.param("line", rpc.string)], rpc.void);
const News = rpc.defineService<News>({
  name: "News",
  fingerprint: "0".repeat(16),
  methods: [rpc.unaryMethod("watch", "1".repeat(16), [rpc.param("onNews", onNews)], rpc.subscription)],
  client: NewsClient,
  dispatch: (service, _method, args) => service.watch(...(args as Parameters<News["watch"]>)),
});

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
let names = 0;

/** Starts a server, and returns a function that opens connections to it. */
async function start(watch: News["watch"]) {
  const transport = memory(`ends of subscriptions ${names++}`);
  const server = await serve(transport, [News.implement({ watch })], { onError: () => {} });
  undo.push(() => server.close());
  const open = async (options?: ConnectOptions) => {
    const connection = await connect(transport, { onError: () => {}, ...options });
    undo.push(() => connection.close());
    return { connection, news: connection.client(News) };
  };
  return { transport, server, open, ...(await open()) };
}

test("closing a channel ends each subscription, and nothing is left on either side", async () => {
  const channel = new EventChannel<string>();
  const { server, connection, news } = await start(async (listener) => channel.subscribe(listener));
  const heard: string[] = [];
  const ends: SubscriptionEnd[] = [];
  for (let i = 0; i < 3; i++) {
    const made = await news.watch((line) => heard.push(line));
    void made.ended.then((end) => ends.push(end));
  }
  await channel.emit("last");
  await turn();
  expect(ends).toEqual([]);
  channel.close();
  await turn();
  expect(ends).toEqual([{ by: "service" }, { by: "service" }, { by: "service" }]);
  expect(heard).toEqual(["last", "last", "last"]);
  for (const one of [connection, ...server.connections])
    expect(countsOf(one)).toMatchObject({ calls: 0, running: 0, references: 0 });
  await expect(news.watch(() => {})).rejects.toMatchObject({ code: "failedPrecondition" });
});

test("closing a channel with an error passes it to listeners and readers", async () => {
  const channel = new EventChannel<string>();
  const { news } = await start(async (listener) => channel.subscribe(listener));
  const made = await news.watch(() => {});
  const waiting = channel.stream();
  const next = waiting.next();
  const behind = channel.stream();
  await channel.emit("one");
  expect(await next).toMatchObject({ value: { value: "one" } });
  const never = waiting.next();
  channel.close(new RpcError("dataLoss", "the sensor is broken"));
  const { by, error } = await made.ended;
  expect([by, error?.code, error?.message]).toEqual(["service", "dataLoss", "the sensor is broken"]);
  await expect(never).rejects.toMatchObject({ code: "dataLoss" });
  expect(await waiting.next()).toMatchObject({ done: true });
  await expect(behind.next()).rejects.toMatchObject({ code: "dataLoss" });
});

test("a reader reads waiting events after the channel was closed", async () => {
  const channel = new EventChannel<string>();
  const reader = channel.stream();
  await channel.emit("a");
  await channel.emit("b");
  channel.close();
  const read: string[] = [];
  for await (const { value } of reader) read.push(value);
  expect(read).toEqual(["a", "b"]);
});

test("closing the channel resumes an emitter that waits for a slow reader, which reads the waiting events", async () => {
  const channel = new EventChannel<string>({ buffer: 2 });
  const reader = channel.stream();
  await channel.emit("a");
  const emitting = channel.emit("b").then(() => "let go");
  expect(await Promise.race([emitting, turn()])).toBeUndefined();
  channel.close();
  expect(await Promise.race([emitting, turn()])).toBe("let go");
  const read: string[] = [];
  for await (const { value } of reader) read.push(value);
  expect(read).toEqual(["a", "b"]);
});

test("a reader of a channel closed with an error reads nothing more, not even missed events", async () => {
  const channel = new EventChannel<string>({ history: 9 });
  const live = channel.stream();
  for (const value of ["a", "b", "c"]) await channel.emit(value);
  const { value: a } = await live.next();
  const first = channel.stream({ after: a?.id });
  expect(await first.next()).toMatchObject({ value: { value: "b" } });
  channel.close(new RpcError("dataLoss", "the sensor is broken"));
  await expect(first.next()).rejects.toMatchObject({ code: "dataLoss" });
  expect(await first.next()).toMatchObject({ done: true });
});

test("the end of a subscription that is too slow arrives at the subscriber", async () => {
  const channel = new EventChannel<string>({ overflow: "fail", buffer: 1 });
  const { news } = await start(async (listener) => channel.subscribe(listener));
  const made = await news.watch(() => new Promise(() => {}) as never);
  for (let i = 0; i < 50; i++) void channel.emit(String(i));
  expect(await made.ended).toMatchObject({ by: "service", error: { code: "resourceExhausted" } });
});

test("an error of a listener is shortened, because the subscriber decides how long it is held", async () => {
  const channel = new EventChannel<string>();
  const { news } = await start(async (listener) => channel.subscribe(listener));
  const made = await news.watch(async () => {
    throw new RpcError("aborted", "x".repeat(100_000), { details: new Uint8Array(100_000) });
  });
  const own = channel.subscribe(() => {
    throw new RpcError("aborted", "own", { details: { size: 1 } });
  });
  await channel.emit("a");
  expect(await made.ended).toMatchObject({ by: "service", error: { code: "aborted" } });
  const [there, here] = [(await made.ended).error, (await own.ended).error];
  expect([there?.details, here?.details]).toEqual([undefined, undefined]);
  expect(there?.message.length).toBeLessThanOrEqual(2048);
});

test("an error inside the service is not shown to the subscriber", async () => {
  const channel = new EventChannel<string>();
  const broken = () => {
    throw new Error("C:\\secret");
  };
  const { news } = await start(async () => channel.subscribe(broken));
  const made = await news.watch(() => {});
  await channel.emit("a");
  const { error } = await made.ended;
  expect(error?.code).toBe("internal");
  expect(error?.message).not.toContain("secret");
});

test("a subscription that ended before it was returned reports its end", async () => {
  const channel = new EventChannel<string>();
  const { news, connection } = await start(async (listener) => {
    const made = channel.subscribe(listener);
    made[Symbol.dispose]();
    return made;
  });
  const made = await news.watch(() => {});
  expect(await made.ended).toEqual({ by: "service" });
  await turn();
  expect(countsOf(connection)).toMatchObject({ references: 0 });
});

test("`ended` tells disposal from a lost connection", async () => {
  let stops = 0;
  const { news, connection } = await start(async () => subscription(() => stops++));
  const [first, second] = [await news.watch(() => {}), await news.watch(() => {})];
  first[Symbol.dispose]();
  expect(await first.ended).toEqual({ by: "subscriber" });
  const ended = second.ended;
  connection.abort("the program goes");
  const { by, error } = await ended;
  expect([by, error?.code]).toEqual(["connection", "cancelled"]);
  expect(error?.message).toContain("the program goes");
  // It was read only afterwards, and is read again.
  expect(await second.ended).toMatchObject({ by: "connection" });
  await turn();
  expect(stops).toBe(2);
});

test("a server that goes away ends its subscriptions", async () => {
  const { news, server } = await start(async () => subscription(() => {}));
  const made = await news.watch(() => {});
  for (const client of server.connections) client.abort();
  expect(await made.ended).toMatchObject({ by: "connection", error: { code: "unavailable" } });
});

test("a subscription without references to it continues, and its end is reported", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const channel = new EventChannel<string>();
  const { news, connection } = await start(async (listener) => channel.subscribe(listener));
  let end: SubscriptionEnd | undefined;
  const heard: string[] = [];
  const proxies: WeakRef<Subscription>[] = [];
  await (async () => {
    const made = await news.watch((line) => heard.push(line));
    proxies.push(new WeakRef(made));
    void made.ended.then((told) => {
      end = told;
    });
    proxies.push(new WeakRef(await news.watch((line) => heard.push(line))));
  })();
  await expect
    .poll(() => {
      collect();
      return proxies.filter((proxy) => proxy.deref() !== undefined);
    })
    .toEqual([]);
  await turn();
  await channel.emit("a");
  await turn();
  expect([heard, channel.subscribers, end]).toEqual([["a", "a"], 2, undefined]);
  channel.close();
  await expect.poll(() => end).toEqual({ by: "service" });
  expect(countsOf(connection)).toMatchObject({ references: 0 });
});

test("a subscription continues when the call whose handler emitted an event is given up", async () => {
  const channel = new EventChannel<string>();
  const { news } = await start(async (listener) => {
    if (channel.subscribers === 0) return channel.subscribe(listener);
    await channel.emit("a");
    return new Promise(() => {});
  });
  const heard: string[] = [];
  const taken = Promise.withResolvers<void>();
  await news.watch((line) => {
    heard.push(line);
    return taken.promise;
  });
  const emitting = withOptions(news, { timeoutMs: 20 }).watch(() => {});
  await expect(emitting).rejects.toMatchObject({ code: "deadlineExceeded" });
  await turn();
  taken.resolve();
  await channel.emit("b");
  await turn();
  expect([heard, channel.subscribers]).toEqual([["a", "b"], 1]);
});

test("an error that ends a subscription is reported if its `ended` was not read", async () => {
  const channel = new EventChannel<string>();
  const { open } = await start(async (listener) => channel.subscribe(listener));
  const reports: unknown[] = [];
  const { news } = await open({ onError: ({ error }) => reports.push(error) });
  await news.watch(() => {});
  const watched = await news.watch(() => {});
  const { ended } = watched;
  channel.close(new RpcError("dataLoss", "the disk is gone"));
  await ended;
  await turn();
  expect(reports).toMatchObject([{ code: "dataLoss", message: expect.stringContaining("the disk is gone") }]);
});

test("an error inside the service is reported there", async () => {
  const channel = new EventChannel<string>();
  const reports: unknown[] = [];
  const transport = memory(`ends of subscriptions ${names++}`);
  const broken = new Error("a defect of the service");
  const watch: News["watch"] = async () =>
    channel.subscribe(() => {
      throw broken;
    });
  await using _server = await serve(transport, [News.implement({ watch })], {
    onError: ({ error }) => reports.push(error),
  });
  await using connection = await connect(transport);
  const { ended } = await connection.client(News).watch(() => {});
  await channel.emit("a");
  expect(await ended).toMatchObject({ by: "service", error: { code: "internal" } });
  expect(reports).toEqual([broken]);
});

test("a failing listener is reported after its subscription has ended, unless its connection is over too", async () => {
  let kept: ((line: string) => void) | undefined;
  const reports: unknown[] = [];
  const transport = memory(`ends of subscriptions ${names++}`);
  const watch: News["watch"] = async (listener) => {
    kept = listener;
    return subscription(() => {});
  };
  await using _server = await serve(transport, [News.implement({ watch })], {
    onError: ({ error }) => reports.push(error),
  });
  const connection = await connect(transport);
  const made = await connection.client(News).watch(() => {});
  made[Symbol.dispose]();
  await turn();
  kept?.("late");
  await turn();
  expect(reports).toMatchObject([{ code: "failedPrecondition" }]);
  await connection.close();
  await turn();
  kept?.("too late for anybody");
  await turn();
  expect(reports).toHaveLength(1);
});

test("a process in between passes the end on", async () => {
  const channel = new EventChannel<string>();
  const behind = await start(async (listener) => channel.subscribe(listener));
  const { news, connection } = await start((listener) => behind.news.watch(listener));
  const made = await news.watch(() => {});
  channel.close(new RpcError("aborted", "over"));
  expect(await made.ended).toMatchObject({ by: "service", error: { code: "aborted" } });
  await turn();
  for (const one of [connection, behind.connection]) expect(countsOf(one)).toMatchObject({ references: 0 });
});

test("a subscription of the program's own ends by its promise", async () => {
  const { promise, resolve } = Promise.withResolvers<SubscriptionEnd>();
  const { news } = await start(async () => ({ ended: promise, [Symbol.dispose]() {} }));
  const made = await news.watch(() => {});
  resolve({ by: "service", error: new RpcError("notFound", "no such topic") });
  expect(await made.ended).toMatchObject({ by: "service", error: { code: "notFound" } });
});

test("a resubscribing subscription that the service ends reports it", async () => {
  const channel = new EventChannel<string>();
  const { open } = await start(async (listener) => channel.subscribe(listener));
  const { connection, news } = await open({ reconnect: { minDelayMs: 1 } });
  const told: unknown[] = [];
  const kept = await resubscribe<string>(connection, {
    subscribe: (listener) => news.watch((line) => listener(line, "")),
    listener: () => {},
    onMissed: () => {},
    onEnded: (error) => told.push(error),
  });
  channel.close();
  expect(await kept.ended).toEqual({ by: "service" });
  await turn();
  expect(told).toEqual([undefined]);
});

test("a resubscribing subscription whose call is cancelled ends, over the first link and a later one", async () => {
  const channel = new EventChannel<string>();
  const { server, open } = await start(async (listener) => channel.subscribe(listener));
  for (const links of [1, 2]) {
    const { connection, news } = await open({ reconnect: { minDelayMs: 1 } });
    const controller = new AbortController();
    let begun = 0;
    const kept = await resubscribe<string>(connection, {
      async subscribe(listener) {
        const made = await withOptions(news, { signal: controller.signal }).watch((line) =>
          listener(line, ""),
        );
        begun++;
        return made;
      },
      listener: () => {},
      onMissed: () => {},
    });
    if (links === 2) for (const one of server.connections) one.abort();
    await expect.poll(() => begun).toBe(links);
    controller.abort();
    expect(await kept.ended).toEqual({ by: "subscriber" });
    expect(channel.subscribers).toBe(0);
  }
});

test("a resubscribing subscription ends with a connection that is not restored", async () => {
  const { open, news, connection } = await start(async () => subscription(() => {}));
  const reconnecting = await open({ reconnect: { minDelayMs: 1 } });
  for (const [on, from] of [
    [connection, news],
    [reconnecting.connection, reconnecting.news],
  ] as const) {
    const kept = await resubscribe<string>(on, {
      subscribe: (listener) => from.watch((line) => listener(line, "")),
      listener: () => {},
      onMissed: () => {},
    });
    await on.close();
    expect(await kept.ended).toMatchObject({ by: "connection" });
  }
});

test("a subscription that the service does not resume ends, whatever the code", async () => {
  for (const code of ["unavailable", "permissionDenied"] as const) {
    let asked = 0;
    const { server, open } = await start(async () => {
      if (asked++ > 0) throw new RpcError(code, "what is behind this service is away");
      return subscription(() => {});
    });
    const { connection, news } = await open({ reconnect: { minDelayMs: 1 } });
    const told: unknown[] = [];
    const kept = await resubscribe<string>(connection, {
      subscribe: (listener) => news.watch((line) => listener(line, "")),
      listener: () => {},
      onMissed: () => {},
      onEnded: (error) => told.push(error?.code),
    });
    for (const one of server.connections) one.abort();
    expect(await kept.ended).toMatchObject({ by: "service", error: { code } });
    expect([asked, told]).toEqual([2, [code]]);
  }
});

test("a subscription whose link is lost again while it resumes continues over the next", async () => {
  const channel = new EventChannel<string>();
  let asked = 0;
  const { server, open } = await start(async (listener) => {
    if (++asked === 2) for (const one of server.connections) one.abort();
    return channel.subscribe(listener);
  });
  const { connection, news } = await open({ reconnect: { minDelayMs: 1 } });
  const heard: string[] = [];
  using _kept = await resubscribe<string>(connection, {
    subscribe: (listener) => news.watch((line) => listener(line, "")),
    listener: (line) => heard.push(line),
    onMissed: () => {},
  });
  for (const one of server.connections) one.abort();
  await expect.poll(() => channel.subscribers * asked).toBe(3);
  await channel.emit("a");
  await expect.poll(() => heard).toEqual(["a"]);
});

test("what `onEnded` throws is reported, on either kind of connection", async () => {
  const channel = new EventChannel<string>();
  const { open } = await start(async (listener) => channel.subscribe(listener));
  const reports: unknown[] = [];
  const onError = ({ error }: { readonly error: unknown }) => reports.push(error);
  for (const options of [{ onError }, { onError, reconnect: { minDelayMs: 1 } }]) {
    const { connection, news } = await open(options);
    await resubscribe<string>(connection, {
      subscribe: (listener) => news.watch((line) => listener(line, "")),
      listener: () => {},
      onMissed: () => {},
      onEnded() {
        throw new Error("the program's own");
      },
    });
  }
  channel.close();
  await turn();
  expect(reports.map(String)).toEqual(["Error: the program's own", "Error: the program's own"]);
});

test("a subscription whose connection is closed while it begins ends", async () => {
  const { open } = await start(async () => subscription(() => {}));
  for (const options of [{}, { reconnect: { minDelayMs: 1 } }]) {
    const { connection, news } = await open(options);
    const kept = await resubscribe<string>(connection, {
      async subscribe(listener) {
        const made = await news.watch((line) => listener(line, ""));
        connection.abort("not wanted any more");
        await connection.closed;
        return made;
      },
      listener: () => {},
      onMissed: () => {},
    });
    expect(await kept.ended).toMatchObject({ by: "connection", error: { code: "cancelled" } });
  }
});

test("a subscription continues if the link was lost and restored while it began", async () => {
  const channel = new EventChannel<string>();
  const { server, open } = await start(async (listener) => channel.subscribe(listener));
  const { connection, news } = await open({ reconnect: { minDelayMs: 1 } });
  const heard: string[] = [];
  let missed = 0;
  let begun = 0;
  using _kept = await resubscribe<string>(connection, {
    async subscribe(listener) {
      const made = await news.watch((line) => listener(line, ""));
      if (begun++ === 0) {
        const back = new Promise<void>((resolve) => connection.onReconnected(() => resolve()));
        for (const one of server.connections) one.abort();
        await back;
      }
      return made;
    },
    listener: (line) => heard.push(line),
    onMissed: () => missed++,
  });
  await expect.poll(() => channel.subscribers).toBe(1);
  await turn();
  await channel.emit("after");
  await turn();
  expect([heard, missed]).toEqual([["after"], 1]);
});
