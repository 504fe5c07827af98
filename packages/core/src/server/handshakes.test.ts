import { beforeEach, expect, test, vi } from "vitest";
import { connect } from "../connect/connect.js";
import { memory } from "../testing/index.js";
import { Handshakes } from "./handshakes.js";
import { serve } from "./serve.js";

vi.mock("../runtime/real-time.js", () => import("../test-support/global-time.js"));

let nowMs = 0;
beforeEach(() => {
  nowMs = 1_000;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  return () => void clock.mockRestore();
});

function many(handshakes: Handshakes, count: number): AbortController[] {
  return Array.from({ length: count }, () => handshakes.begin());
}

const isAborted = ({ signal }: AbortController) => signal.aborted;

test("the oldest of too many handshakes is ended, not the newest", () => {
  const handshakes = new Handshakes(4);
  const [first, ...others] = many(handshakes, 4);
  nowMs += 1_000;
  const newest = handshakes.begin();
  expect(first?.signal.reason).toMatchObject({ code: "unavailable" });
  expect([...others, newest].filter(isAborted)).toEqual([]);
  expect(handshakes.count).toBe(4);
});

test("a client has a grace period for its hello, however many come after it", () => {
  const handshakes = new Handshakes(4);
  const one = handshakes.begin();
  const rush = many(handshakes, 20);
  nowMs += 200;
  rush.push(...many(handshakes, 5));
  expect([one, ...rush].filter(isAborted)).toEqual([]);
  nowMs += 100;
  handshakes.begin();
  expect(isAborted(one)).toBe(true);
});

test("beyond a rush the oldest handshake is ended at once", () => {
  const handshakes = new Handshakes(4);
  const rush = many(handshakes, 1_000);
  expect(handshakes.count).toBe(32);
  expect(rush.filter(isAborted)).toHaveLength(1_000 - 32);
  expect(rush.slice(-32).filter(isAborted)).toEqual([]);
});

test("a completed handshake no longer counts", () => {
  const handshakes = new Handshakes(2);
  for (let client = 0; client < 50; client++) {
    const handshake = handshakes.begin();
    handshakes.end(handshake);
    nowMs += 1_000;
    expect(isAborted(handshake)).toBe(false);
  }
  expect(handshakes.count).toBe(0);
});

test("a server full of silent clients accepts every client that says hello", async () => {
  const transport = memory("silent ones");
  const server = await serve(transport, [], { limits: { maxHandshakes: 4, handshakeTimeoutMs: 60_000 } });
  const { signal } = new AbortController();
  for (let round = 0; round < 10; round++) {
    for (let client = 0; client < 50; client++) await transport.dial(signal);
    nowMs += 1_000;
    const connection = await connect(transport, { timeoutMs: 60_000 });
    await connection.close();
  }
  await server.close();
});
