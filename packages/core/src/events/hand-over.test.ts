import { expect, test } from "vitest";
import {
  connect,
  EventChannel,
  type EventChannelOptions,
  type SubscribeOptions,
  type Subscription,
  serve,
  throttled,
} from "../index.js";
import * as rpc from "../stub-v1/index.js";
import { memory } from "../transport/memory-transport.js";

interface State {
  n: number;
  past: number[];
}

interface Entry {
  readonly id: string;
  readonly value: State;
}

interface States {
  watch(onState: (state: State, id: string) => Promise<void>, after?: string): Promise<Subscription>;
  read(after?: string): AsyncIterable<Entry>;
}

class StatesClient extends rpc.ClientStub implements States {
  watch(...args: Parameters<States["watch"]>): ReturnType<States["watch"]> {
    return rpc.unary(this, 0, args);
  }
  read(...args: Parameters<States["read"]>): ReturnType<States["read"]> {
    return rpc.streaming(this, 1, args);
  }
}

const state = rpc.object("State", { n: rpc.number, past: rpc.array(rpc.number) });
const onState = rpc.func("onState", [rpc.param("state", state), rpc.param("id", rpc.string)], rpc.void);
const after = rpc.param("after", rpc.string, { optional: true });
const States = rpc.defineService<States>({
  name: "States",
  fingerprint: "0".repeat(16),
  methods: [
    rpc.unaryMethod("watch", "1".repeat(16), [rpc.param("onState", onState), after], rpc.subscription),
    rpc.streamMethod(
      "read",
      "2".repeat(16),
      [after],
      rpc.stream(rpc.object("Entry", { id: rpc.string, value: state })),
    ),
  ],
  client: StatesClient,
  dispatch: (service, method, args) =>
    method === 0
      ? service.watch(...(args as Parameters<States["watch"]>))
      : service.read(...(args as Parameters<States["read"]>)),
});

let count = 0;
async function start(options: EventChannelOptions = {}) {
  const channel = new EventChannel<State>(options);
  const transport = memory(`hand-over ${count++}`);
  const since = (id: string | undefined): SubscribeOptions => ({ after: id });
  const server = await serve(transport, [
    States.implement({
      watch: async (listener, id) => channel.subscribe(listener, since(id)),
      read: (id) => channel.stream(since(id)),
    }),
  ]);
  const connection = await connect(transport);
  return {
    channel,
    states: connection.client(States),
    async stop() {
      await connection.close();
      await server.close();
    },
  };
}

const events = 100;
const expected = Array.from({ length: events }, (_, n) => ({
  n,
  past: Array.from({ length: n }, (_, i) => i),
}));

/** Emits one object again and again, and changes it in between. */
async function emitChanging(channel: EventChannel<State>, awaits: boolean): Promise<void> {
  const value: State = { n: 0, past: [] };
  for (let n = 0; n < events; n++) {
    const emitted = channel.emit(value);
    if (awaits) await emitted;
    value.past.push(n);
    value.n++;
  }
}

async function take(entries: AsyncIterable<Entry>): Promise<State[]> {
  const taken: State[] = [];
  for await (const { value } of entries) if (taken.push(value) === events) break;
  return taken;
}

test.each([true, false])(
  "a remote listener receives events as they were, emit awaited: %s",
  async (awaits) => {
    const { channel, states, stop } = await start({ buffer: 1_000 });
    const heard: State[] = [];
    const all = Promise.withResolvers<void>();
    await using _ = await states.watch(async (value) => {
      if (heard.push(value) === events) all.resolve();
    });
    await emitChanging(channel, awaits);
    await all.promise;
    expect(heard).toEqual(expected);
    await stop();
  },
);

test.each([true, false])("a stream yields events as they were, emit awaited: %s", async (awaits) => {
  const { channel, states, stop } = await start({ buffer: 1_000 });
  const reading = take(states.read());
  await expect.poll(() => channel.subscribers).toBe(1);
  await emitChanging(channel, awaits);
  expect(await reading).toEqual(expected);
  await stop();
});

test("the history keeps events as they were", async () => {
  const { channel, states, stop } = await start({ buffer: 1_000, history: 1_000 });
  let first: string | undefined;
  using _ = channel.subscribe((_value, id) => {
    first ??= id;
  });
  await channel.emit({ n: -1, past: [] });
  await emitChanging(channel, true);
  expect(await take(states.read(first))).toEqual(expected);
  const heard: State[] = [];
  const all = Promise.withResolvers<void>();
  await using _watched = await states.watch(async (value) => {
    if (heard.push(value) === events) all.resolve();
  }, first);
  await all.promise;
  expect(heard).toEqual(expected);
  await stop();
});

test("a slow local listener receives events as they were", async () => {
  const channel = new EventChannel<State>({ buffer: 1_000 });
  const heard: State[] = [];
  const all = Promise.withResolvers<void>();
  using _ = channel.subscribe(async (value) => {
    // Listeners that are called at once get the object itself.
    heard.push(structuredClone(value));
    await new Promise((resolve) => setTimeout(resolve));
    if (heard.length === events) all.resolve();
  });
  await emitChanging(channel, false);
  await all.promise;
  expect(heard).toEqual(expected);
});

test("a report that throttled delays is passed on as it was", async () => {
  const heard: State[] = [];
  const report = throttled<State>((value) => heard.push(structuredClone(value)), { intervalMs: 1 });
  const value: State = { n: 0, past: [] };
  report(value);
  value.n = 1;
  report(value);
  value.n = 2;
  value.past.push(1);
  await report.flush();
  expect(heard).toEqual([
    { n: 0, past: [] },
    { n: 1, past: [] },
  ]);
});
