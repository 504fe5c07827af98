import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "@crosspane/core";
import { Conformance, ConformanceCaller } from "@crosspane/core/testing";
import type { Transport, TransportConnection } from "@crosspane/core/transport";
import { describe, expect, test } from "vitest";
import { Collector } from "../test-support/collector.js";
import { noticeMs } from "../test-support/notice-ms.js";
import { patient } from "../test-support/patient.js";
import { startServerProcess } from "../test-support/server-process.js";

const onWindows = process.platform === "win32";

async function transportOf(name: string): Promise<Transport> {
  const { copyData } = await import("./copy-data-transport.js");
  return copyData(name);
}

const freshName = () => `load-${randomUUID().slice(0, 8)}`;

/** Two ends of a connection in this process, neither started. */
async function link(): Promise<{ client: TransportConnection; server: TransportConnection }> {
  const transport = await transportOf(freshName());
  const { promise, resolve } = Promise.withResolvers<TransportConnection>();
  const listener = await transport.listen({ accept: resolve, failed() {} });
  const [client, server] = await Promise.all([transport.dial(new AbortController().signal), promise]);
  await listener.close();
  return { client, server };
}

describe.runIf(onWindows)("copydata under load", () => {
  test("10,000 calls both ways at once between two processes do not stall", async () => {
    const transport = await transportOf(freshName());
    const process = await startServerProcess(transport.endpoint);
    const upper = { upper: async (text: string) => text.toUpperCase(), heard() {} };
    const connection = await connect(transport, {
      ...patient,
      services: [ConformanceCaller.implement(upper)],
    });
    const service = connection.client(Conformance);
    let next = 0;
    const storm = async () => {
      while (next < 10_000) {
        const text = `ping ${next++}`;
        expect(await service.askBack(text)).toBe(text.toUpperCase());
      }
    };
    await Promise.all(Array.from({ length: 64 }, storm));
    await connection.close();
    await process.stop();
  });

  test("a paused reader slows its sender down, and loses nothing when it resumes", async () => {
    const { client, server } = await link();
    const sender = Collector.on(client);
    const reader = Collector.on(server);
    let received = 0;
    reader.onMessage = (bytes) => {
      expect(Buffer.from(bytes).readUInt32LE(0)).toBe(received++);
    };
    server.pause();
    const message = Buffer.alloc(100_000);
    let sent = 0;
    const sendOne = () => {
      message.writeUInt32LE(sent++);
      return client.send(message);
    };
    while (sendOne());
    const heldBack = sent;
    // Only the contents of windows, queues and streams.
    expect(heldBack * message.length).toBeLessThan(4 * 1024 * 1024);
    await sleep(300);
    expect(received).toBe(0);
    server.resume();
    for (let drains = 1; sent < 2_000; drains++) {
      await sender.until(() => sender.drains >= drains);
      while (sent < 2_000 && sendOne());
    }
    await reader.hasMessages(2_000);
    expect(received).toBe(2_000);
    await Promise.all([client.close(), server.close()]);
  });

  test("windows that admit programs with fewer rights serve clients like other windows", async () => {
    const { copyData } = await import("./copy-data-transport.js");
    const transport = copyData(freshName(), { allowLowerIntegrity: true });
    const listener = await transport.listen({
      accept: (made) => made.start({ message: (bytes) => void made.send(bytes), drained() {}, closed() {} }),
      failed() {},
    });
    const connection = await transport.dial(new AbortController().signal);
    const echo = Collector.on(connection);
    connection.send(Buffer.from("admitted"));
    await echo.hasMessages(1);
    expect(echo.texts).toEqual(["admitted"]);
    await connection.close();
    await listener.close();
  });

  test("a killed peer is detected, busy or idle", async () => {
    for (const calls of [0, 200]) {
      const transport = await transportOf(freshName());
      const process = await startServerProcess(transport.endpoint);
      const connection = await connect(transport, patient);
      const service = connection.client(Conformance);
      await service.add(1, 1);
      const failed: Promise<unknown>[] = [];
      for (let i = 0; i < calls; i++) {
        failed.push(
          service.produce(100_000).then(
            () => "answered",
            (error: { code: string }) => error.code,
          ),
        );
      }
      await sleep(50);
      const killed = performance.now();
      const [reason] = await Promise.all([
        connection.closed.then((closed) => ({ closed, ms: performance.now() - killed })),
        process.kill(),
      ]);
      expect(reason.closed).toMatchObject({ by: "peer", error: { code: "unavailable" } });
      expect(reason.ms).toBeLessThan(noticeMs);
      for (const outcome of await Promise.all(failed)) expect(["answered", "unavailable"]).toContain(outcome);
      await connection.close();
    }
  });
});
