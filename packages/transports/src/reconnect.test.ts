import { expect, test } from "vitest";
import { type ConnectionChange, connect, synchronous, withOptions } from "./index.js";
import { patient } from "./test-support/patient.js";
import { Probe } from "./test-support/spawn/probe-service.js";
import { spawnedProbe } from "./test-support/spawn/spawned-probe.js";

const schemes = process.platform === "win32" ? ["pipe", "shm", "copydata", "auto"] : ["pipe", "auto"];

test.each(schemes)(
  "over %s: a server that is killed is started again, and the same client calls it",
  async (scheme) => {
    const server = spawnedProbe(["serve"], {}, scheme);
    const connection = await connect(server.endpoint, {
      spawn: server.spawn,
      reconnect: { minDelayMs: 10 },
      ...patient,
    });
    const changes: ConnectionChange[] = [];
    connection.onStateChange((change) => changes.push(change));
    const service = withOptions(connection.client(Probe), { timeoutMs: 120_000 });
    const first = await service.processId();
    const held = service.hold();
    process.kill(first, "SIGKILL");
    await expect(held).rejects.toMatchObject({ code: "unavailable" });
    const second = await service.processId();
    expect(second).not.toBe(first);
    if (scheme === "shm") expect(synchronous(service).processId()).toBe(second);
    expect(changes).toMatchObject([
      { state: "reconnecting", lost: { calls: 1 }, error: { code: "unavailable" } },
      { state: "connected", lost: { calls: 0 } },
    ]);
    await connection.close();
    expect(await connection.closed).toEqual({ by: "local" });
  },
);

test("a server that ends as often as the policy allows ends the wait too", async () => {
  const server = spawnedProbe(["serve"], { restart: { maxStarts: 2, backOffMs: 10 } });
  const connection = await connect(server.endpoint, {
    spawn: server.spawn,
    ...patient,
    reconnect: { minDelayMs: 10, maxElapsedMs: 3_000 },
  });
  const service = connection.client(Probe);
  for (let i = 0; i < 2; i++) {
    const held = service.hold();
    process.kill(await service.processId(), "SIGKILL");
    // A call over a link that is not known to be broken would be lost with it.
    await expect(held).rejects.toMatchObject({ code: "unavailable" });
  }
  expect(await connection.closed).toMatchObject({ error: { code: "resourceExhausted" } });
  expect(server.log().filter((line) => line.startsWith("started"))).toHaveLength(2);
});
