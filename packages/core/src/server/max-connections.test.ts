import { expect, test } from "vitest";
import type { ErrorReport } from "../call/error-reports.js";
import { connect } from "../connect/connect.js";
import { memory, ScriptedPeer } from "../testing/index.js";
import { serve } from "./serve.js";

test("a client beyond maxConnections is refused at once, and accepted when there is room", async () => {
  const transport = memory("max connections");
  const reports: ErrorReport[] = [];
  const server = await serve(transport, [], {
    limits: { maxConnections: 2 },
    onError: (report) => reports.push(report),
  });
  const first = await connect(transport);
  await connect(transport);
  // A minute is longer than a test may take, so that retrying until then fails the test.
  await expect(connect(transport, { timeoutMs: 60_000 })).rejects.toMatchObject({
    code: "resourceExhausted",
    message: expect.stringMatching(/memory:max connections has its maxConnections = 2/),
  });
  expect(server.connections.size).toBe(2);
  await expect.poll(() => reports).toMatchObject([{ error: { code: "resourceExhausted" } }]);

  await first.close();
  await expect.poll(() => server.connections.size).toBe(1);
  await (await connect(transport)).close();
  await server.close();
});

test("many clients at once do not exceed the limit", async () => {
  const transport = memory("many at once");
  const server = await serve(transport, [], { limits: { maxConnections: 3 }, onError: () => {} });
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => connect(transport)));
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
  expect(server.connections.size).toBe(3);
  await server.close();
});

test("a client without a valid hello gets no reason", async () => {
  const transport = memory("not told");
  const server = await serve(transport, [], {
    limits: { maxConnections: 1, handshakeTimeoutMs: 500 },
    onError: () => {},
  });
  await connect(transport);
  const silent = new ScriptedPeer(await transport.dial(new AbortController().signal));
  await silent.ended();
  expect(silent.received).toEqual([]);
  await server.close();
});
