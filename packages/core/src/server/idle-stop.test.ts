import { afterEach, expect, test, vi } from "vitest";
import { connect } from "../connect/connect.js";
import { memory } from "../testing/index.js";
import { serve } from "./serve.js";

vi.mock("../runtime/real-time.js", () => import("../test-support/global-time.js"));

afterEach(() => vi.useRealTimers());

const fakeClock = () => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
const turns = () => new Promise((resolve) => setImmediate(resolve));

let names = 0;
const address = () => memory(`idle stop ${++names}`);

test("a server without clients closes after idleTimeoutMs", async () => {
  fakeClock();
  const transport = address();
  const server = await serve(transport, [], { idleTimeoutMs: 1_000 });
  vi.advanceTimersByTime(999);
  expect(await Promise.race([server.closed, turns()])).toBeUndefined();
  vi.advanceTimersByTime(1);
  expect(await server.closed).toEqual({ by: "idle" });
  // The name is free again.
  await (await serve(transport, [])).close();
});

test("the time starts again when the last client has disconnected", async () => {
  fakeClock();
  const transport = address();
  const server = await serve(transport, [], { idleTimeoutMs: 1_000 });
  const [first, second] = [await connect(transport), await connect(transport)];
  vi.advanceTimersByTime(5_000);
  await first.close();
  vi.advanceTimersByTime(5_000);
  expect(server.connections.size).toBe(1);
  await second.close();
  await turns();
  vi.advanceTimersByTime(999);
  const third = await connect(transport);
  vi.advanceTimersByTime(5_000);
  await third.close();
  await turns();
  vi.advanceTimersByTime(1_000);
  expect(await server.closed).toEqual({ by: "idle" });
});

test("a closed server reports close and leaves no timer", async () => {
  fakeClock();
  const transport = address();
  const server = await serve(transport, [], { idleTimeoutMs: 1_000 });
  const client = await connect(transport);
  await server.close();
  expect(await server.closed).toEqual({ by: "close" });
  await client.close();
  expect(vi.getTimerCount()).toBe(0);
});

test("a server without the option starts no timer", async () => {
  fakeClock();
  const server = await serve(address(), []);
  expect(vi.getTimerCount()).toBe(0);
  await server.close();
});

test.each([0, -1, Number.NaN])("idleTimeoutMs %d is refused", async (idleTimeoutMs) => {
  await expect(serve(address(), [], { idleTimeoutMs })).rejects.toMatchObject({ code: "invalidArgument" });
});
