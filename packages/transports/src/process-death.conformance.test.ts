import { connect, RpcError } from "@crosspane/core";
import { Conformance, ConformanceKit, serveConformance } from "@crosspane/core/testing";
import { describe, expect, test } from "vitest";
import { resolveTransport } from "./endpoint.js";
import { noticeMs } from "./test-support/notice-ms.js";
import { patient } from "./test-support/patient.js";
import { startServerProcess } from "./test-support/server-process.js";
import { addresses } from "./test-support/targets.js";

/**
 * Waits until a server is quiet. If a process is killed while bytes are in flight, Wine sometimes
 * keeps its TCP socket open, and the survivor does not notice. So a server is quiet for a moment
 * before it is killed. A busy server over TCP is killed only on other systems.
 */
const quiet = () => new Promise((resolve) => setTimeout(resolve, 100));

const underWine = process.env["WINEHOMEDIR"] !== undefined;

async function outcome(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "answered",
    (error: unknown) => (error instanceof RpcError ? error.code : String(error)),
  );
}

const reachable = addresses.filter(({ betweenProcesses }) => betweenProcesses);

describe.each(reachable)("over $name", ({ unused }) => {
  test("a server that is killed fails each pending call once, by name, and a new one takes its place", async () => {
    const address = (await unused()).endpoint;
    const first = await startServerProcess(address);
    const transport = await resolveTransport(first.endpoint);
    const connection = await connect(transport, patient);
    const service = connection.client(Conformance);
    const held = Array.from({ length: 50 }, (_, i) => service.hold(`held ${i}`));
    const outcomes = Promise.all(held.map(outcome));
    await service.add(1, 1);
    await quiet();
    const killed = performance.now();
    await first.kill();
    expect(new Set(await outcomes)).toEqual(new Set(["unavailable"]));
    expect(performance.now() - killed).toBeLessThan(noticeMs);
    const reason = await connection.closed;
    expect(reason).toMatchObject({ by: "peer", error: { code: "unavailable" } });
    await expect(service.add(1, 1)).rejects.toMatchObject({ code: "unavailable" });
    await connection.close();

    const second = await startServerProcess(first.endpoint);
    const again = await connect(transport, patient);
    expect(await again.client(Conformance).add(2, 2)).toBe(4);
    await again.close();
    await second.stop();
  });

  test("a server survives clients that vanish without a word", async () => {
    const server = await startServerProcess((await unused()).endpoint);
    const kit = new ConformanceKit({ transport: await resolveTransport(server.endpoint), unused });
    for (let i = 0; i < 20; i++) (await kit.raw()).connection.abort(new RpcError("aborted", "gone"));
    expect(await (await kit.client()).add(1, 2)).toBe(3);
    await kit.finish();
    await server.stop();
  });
});

describe.each(reachable.filter(({ name }) => !(underWine && name === "tcp")))(
  "over $name, busy",
  ({ unused }) => {
    test("a server that dies in the middle of its answers fails the calls that it has not answered", async () => {
      const server = await startServerProcess((await unused()).endpoint);
      const transport = await resolveTransport(server.endpoint);
      const connection = await connect(transport, patient);
      const service = connection.client(Conformance);
      const calls = Array.from({ length: 30 }, () => service.produce(4 * 1024 * 1024));
      const outcomes = Promise.all(calls.map(outcome));
      await calls[0];
      await server.kill();
      expect(new Set(await outcomes)).toEqual(new Set(["answered", "unavailable"]));
      await connection.closed;
      await connection.close();
      // The name is free again, and what the dead server left behind is removed with the next.
      await (await serveConformance(transport)).close();
    });
  },
);
