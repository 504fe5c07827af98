import { expect, test } from "vitest";
import { serve } from "../server/serve.js";
import * as rpc from "../stub-v1/index.js";
import { memory, ScriptedPeer } from "../testing/index.js";
import { defaultLimits, type Limits } from "../transport/limits.js";
import { encodeCall } from "../wire/messages/call.js";
import { encodeHello, introduce } from "../wire/messages/handshake.js";
import { encodeStop } from "../wire/messages/stream.js";

interface Busy {
  numbers(): AsyncIterable<number>;
  /** Holds the calls behind it until it is released. */
  hold(bytes: Uint8Array): Promise<void>;
  work(): Promise<number>;
}

class BusyClient extends rpc.ClientStub {}

const Busy = rpc.defineService<Busy>({
  name: "Busy",
  fingerprint: "0",
  methods: [
    rpc.streamMethod("numbers", "1", [], rpc.stream(rpc.number)),
    rpc.unaryMethod("hold", "2", [rpc.param("bytes", rpc.bytes)], rpc.void),
    rpc.unaryMethod("work", "3", [], rpc.number),
  ],
  client: BusyClient as never,
  dispatch(service, method, args) {
    if (method === 0) return service.numbers();
    return method === 1 ? service.hold(args[0] as Uint8Array) : service.work();
  },
});

/** Starts a server, and a peer that never reads its streams. */
async function open(name: string, busy: Busy, limits: Partial<Limits> = {}) {
  const server = await serve(memory(name), [Busy.implement(busy)], { limits, onError: () => {} });
  const peer = new ScriptedPeer(await memory(name).dial(new AbortController().signal));
  peer.send(encodeHello(introduce(defaultLimits, [])));
  await peer.next();
  return { server, peer };
}

const immediate = () => new Promise((resolve) => setImmediate(resolve));

/** Lets the event loop turn until `done` no longer grows. Returns its growth in each turn. */
async function growthPerTurn(done: () => number): Promise<number[]> {
  const growth: number[] = [];
  for (let idle = 0, before = done(); idle < 20; ) {
    await immediate();
    const now = done();
    idle = now === before ? idle + 1 : 0;
    if (now > before) growth.push(now - before);
    before = now;
  }
  return growth;
}

test.each([1, 20])(
  "%d streams whose sources never wait leave turns to the rest of the loop",
  async (streams) => {
    let produced = 0;
    async function* numbers() {
      for (;;) yield produced++;
    }
    const unused = async () => 0;
    const { server, peer } = await open(`eager-${streams}`, {
      numbers,
      hold: async () => {},
      work: unused,
    });
    for (let id = 0; id < streams; id++) peer.send(encodeCall(id, { target: 0, method: 0 }, []));
    const growth = await growthPerTurn(() => produced);
    // All of the credit is used, in many turns.
    expect(produced).toBeGreaterThan(streams * 10_000);
    expect(growth.length).toBeGreaterThan(3);
    expect(Math.max(...growth)).toBeLessThan(produced / 2);
    for (let number = 1; number <= streams; number++) peer.send(encodeStop(number));
    await peer.connection.close();
    await server.close();
  },
);

test("queued calls that start together leave turns to the rest of the loop", async () => {
  const calls = 1_000;
  let worked = 0;
  const held = Promise.withResolvers<void>();
  const { server, peer } = await open(
    "waiting-calls",
    {
      async *numbers() {},
      hold: () => held.promise,
      async work() {
        for (let i = 0; i < 20_000; i++) worked += 5e-5;
        return worked;
      },
    },
    { maxRunningBytes: 1_000, maxCallsInFlight: 2 * calls },
  );
  peer.send(encodeCall(0, { target: 0, method: 1 }, [new Uint8Array(2_000)]));
  for (let id = 1; id <= calls; id++) peer.send(encodeCall(id, { target: 0, method: 2 }, []));
  await immediate();
  expect(worked).toBe(0);
  held.resolve();
  const growth = await growthPerTurn(() => Math.round(worked));
  expect(Math.round(worked)).toBe(calls);
  expect(growth.length).toBeGreaterThan(3);
  await peer.connection.close();
  await server.close();
});
