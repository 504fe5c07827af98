import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { connect } from "../connect/connect.js";
import { serve } from "../server/serve.js";
import { memory, ScriptedPeer } from "../testing/index.js";
import { defaultLimits } from "../transport/limits.js";
import type { Transport } from "../transport/transport.js";
import { encodePing, encodePong } from "../wire/messages/connection.js";
import { encodeHello, introduce } from "../wire/messages/handshake.js";
import { parseMessage } from "../wire/parse-message.js";
import { Heartbeat, heartbeatTimes } from "./heartbeat.js";

vi.mock("../runtime/real-time.js", () => import("../test-support/global-time.js"));

const hourMs = 3_600_000;

let nowMs: number;
beforeEach(() => {
  nowMs = 1_000;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.spyOn(performance, "now").mockImplementation(() => nowMs);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Lets time pass while this process runs. */
function run(ms: number): void {
  for (let left = ms; left > 0; left -= 10) {
    nowMs += Math.min(10, left);
    vi.advanceTimersByTime(Math.min(10, left));
  }
}

/** Lets time pass while this process does not run. Timers that are due fire late, afterwards. */
function sleep(ms: number): void {
  nowMs += ms;
  vi.advanceTimersByTime(1_000);
}

describe("a heartbeat", () => {
  let received: number;
  let asked: number;
  let silent: string[];
  let heartbeat: Heartbeat;
  beforeEach(() => {
    received = 0;
    asked = 0;
    silent = [];
    heartbeat = new Heartbeat(
      { intervalMs: 1_000, timeoutMs: 400 },
      {
        received: () => received,
        ask: () => asked++,
        silent: (error) => silent.push(`${error.code}: ${error.message}`),
      },
    );
  });
  afterEach(() => {
    heartbeat.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("sends no ping while messages arrive", () => {
    for (let i = 0; i < 20; i++) {
      received++;
      run(900);
    }
    expect({ asked, silent }).toEqual({ asked: 0, silent: [] });
  });

  test("sends one ping after each silent interval", () => {
    run(1_000);
    expect(asked).toBe(1);
    received++;
    run(100);
    run(1_000);
    expect(asked).toBe(2);
    received++;
    run(300);
    expect(silent).toEqual([]);
  });

  test("reports a peer that does not answer in time once", () => {
    run(1_390);
    expect(silent).toEqual([]);
    run(10);
    expect(silent).toEqual([expect.stringContaining("unavailable: the peer did not answer for 400 ms")]);
    run(10_000);
    expect(asked).toBe(1);
  });

  test("tolerates eight hours of sleep at any time", () => {
    for (const before of [0, 500, 990, 1_010, 1_150, 1_390]) {
      received++;
      run(500);
      run(before);
      sleep(8 * hourMs);
      expect(silent).toEqual([]);
      // The answer from the system's buffer, or the answer to the new ping.
      received++;
      run(300);
    }
    expect(silent).toEqual([]);
  });

  test("finds a hung peer after a sleep too", () => {
    run(1_100);
    sleep(8 * hourMs);
    expect(asked).toBe(2);
    run(390);
    expect(silent).toEqual([]);
    run(110);
    expect(silent).toHaveLength(1);
  });

  test("tolerates a blocked event loop, however often it blocks", () => {
    run(1_000);
    for (let i = 0; i < 50; i++) sleep(500);
    expect(silent).toEqual([]);
  });
});

describe("on a connection", () => {
  let names = 0;
  /** A memory transport that does not notice that its peer has exited. */
  function deaf(): Transport {
    const { endpoint, ...transport } = memory(`heartbeat ${++names}`);
    const capabilities = { ...transport.capabilities, noticesDeath: false };
    return {
      endpoint,
      capabilities,
      dial: async (signal) => Object.assign(await transport.dial(signal), { capabilities }),
      listen: (acceptor) =>
        transport.listen({
          ...acceptor,
          accept: (connection) => acceptor.accept(Object.assign(connection, { capabilities })),
        }),
    };
  }

  const turns = async () => {
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
  };

  test("two silent sides keep their connection open", async () => {
    const transport = deaf();
    const server = await serve(transport, []);
    const connection = await connect(transport);
    for (let i = 0; i < 100; i++) {
      run(1_000);
      await turns();
    }
    expect(server.connections.size).toBe(1);
    await connection.close();
    await server.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("a hung client is disconnected by the server, with the time in the reason", async () => {
    const transport = deaf();
    const server = await serve(transport, [], { heartbeat: { intervalMs: 1_000, timeoutMs: 400 } });
    const peer = new ScriptedPeer(await transport.dial(new AbortController().signal));
    peer.send(encodeHello(introduce(defaultLimits, [])));
    await peer.next();
    const [connection] = server.connections;
    for (let i = 0; i < 2; i++) {
      run(1_000);
      await turns();
      expect(parseMessage(await peer.next(), defaultLimits)).toEqual({ kind: "ping", number: 0 });
      if (i === 0) peer.send(encodePong(0));
      await turns();
      run(300);
    }
    run(100);
    expect(await connection?.closed).toMatchObject({
      by: "peer",
      error: { code: "unavailable", message: expect.stringContaining("did not answer for 400 ms") },
    });
    await server.close();
  });

  test("a ping is answered with its number", async () => {
    const transport = memory(`heartbeat ${++names}`);
    const server = await serve(transport, []);
    const peer = new ScriptedPeer(await transport.dial(new AbortController().signal));
    peer.send(encodeHello(introduce(defaultLimits, [])));
    await peer.next();
    peer.send(encodePing(77));
    expect(parseMessage(await peer.next(), defaultLimits)).toEqual({ kind: "pong", number: 77 });
    await peer.connection.close();
    await server.close();
  });

  test("a transport that notices an exited peer has no heartbeat, unless requested", async () => {
    expect(heartbeatTimes(undefined, true)).toBeUndefined();
    expect(heartbeatTimes(false, false)).toBeUndefined();
    expect(heartbeatTimes({ intervalMs: 5 }, true)).toEqual({ intervalMs: 5, timeoutMs: 15_000 });
    const transport = memory(`heartbeat ${++names}`);
    const server = await serve(transport, []);
    const connection = await connect(transport);
    expect(vi.getTimerCount()).toBe(0);
    await connection.close();
    await server.close();
  });

  test.each([{ intervalMs: 0 }, { timeoutMs: Number.NaN }, { every: 5 }])(
    "%o is refused",
    async (heartbeat) => {
      const transport = memory(`heartbeat ${++names}`);
      await expect(serve(transport, [], { heartbeat })).rejects.toMatchObject({ code: "invalidArgument" });
      await expect(connect(transport, { heartbeat })).rejects.toMatchObject({ code: "invalidArgument" });
    },
  );
});
