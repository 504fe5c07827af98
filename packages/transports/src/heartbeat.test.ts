import { expect, test } from "vitest";
import { connect } from "./index.js";
import { patient } from "./test-support/patient.js";
import { Probe } from "./test-support/spawn/probe-service.js";
import { spawnedProbe } from "./test-support/spawn/spawned-probe.js";

const heartbeat = { intervalMs: 100, timeoutMs: 2_000 };

test("a server that hangs fails its pending calls, with the time of its silence", async () => {
  const server = spawnedProbe();
  const connection = await connect(server.endpoint, { spawn: server.spawn, heartbeat, ...patient });
  const service = connection.client(Probe);
  const held = service.hold();
  service.freeze(60_000);
  await expect(held).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("did not answer for 2000 ms"),
  });
  expect(await connection.closed).toMatchObject({ by: "peer", error: { code: "unavailable" } });
});

test("neither a server nor a client that is busy for less breaks the connection", async () => {
  const server = spawnedProbe();
  const connection = await connect(server.endpoint, {
    spawn: server.spawn,
    ...patient,
    heartbeat: { intervalMs: 50, timeoutMs: 4_000 },
  });
  const service = connection.client(Probe);
  service.freeze(500);
  expect(await service.processId()).toBeGreaterThan(0);
  // This side's loop stands still, while the answer to the ping waits to be read.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 8_000);
  expect(await service.processId()).toBeGreaterThan(0);
  await connection.close();
});
