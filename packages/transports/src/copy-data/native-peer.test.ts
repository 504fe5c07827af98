import { randomUUID } from "node:crypto";
import { connect } from "@crosspane/core";
import { Conformance, ConformanceCaller, serveConformance } from "@crosspane/core/testing";
import { describe, expect, test } from "vitest";
import { resolveTransport } from "../endpoint.js";
import { Collector } from "../test-support/collector.js";
import { runNativePeer, startNativePeer } from "../test-support/native-peer.js";
import { patient } from "../test-support/patient.js";
import { hungMs } from "./copy-data-limits.js";

/** Modules that load only on Windows. */
const { copyDataCounts } =
  process.platform === "win32" ? await import("./copy-data-counts.js") : ({} as never);

const freshName = () => `native-${randomUUID().slice(0, 8)}`;

/**
 * Returns what a program in C has to know of a method: its names, and the fingerprint in the
 * generated code.
 */
function coordinates(service: typeof Conformance | typeof ConformanceCaller, method: string): string[] {
  const { name, methods } = service.definition;
  const found = methods.find((each) => each.name === method);
  return [name, method, found?.fingerprint ?? ""];
}

/** Returns the median. */
function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
}

const upper = coordinates(ConformanceCaller, "upper");

describe.runIf(process.platform === "win32")("a program in C", () => {
  test("calls a service of Node and receives the typed result", async () => {
    const name = freshName();
    const server = await serveConformance(await resolveTransport(`copydata:${name}`));
    const add = coordinates(Conformance, "add");
    expect((await runNativePeer("call", name, ...add, "40", "2")).trim()).toBe("42");
    await server.close();
  });

  test("that sends everything twice, from a window that it does not own, is processed once", async () => {
    const name = freshName();
    const server = await serveConformance(await resolveTransport(`copydata:${name}`));
    const before = copyDataCounts().duplicates;
    const printed = await runNativePeer("call-twice", name, ...coordinates(Conformance, "add"), "40", "2");
    expect(printed.trim()).toBe("42");
    // The opening, the hello, the call, the goodbye and the close.
    expect(copyDataCounts().duplicates - before).toBeGreaterThanOrEqual(4);
    await server.close();
  });

  test("that skips a chunk loses only its connection", async () => {
    const name = freshName();
    const server = await serveConformance(await resolveTransport(`copydata:${name}`));
    const before = copyDataCounts().gaps;
    const add = coordinates(Conformance, "add");
    const skipping = runNativePeer("call-skip", name, ...add, "40", "2").catch(() => "failed");
    await expect.poll(() => copyDataCounts().gaps).toBe(before + 1);
    expect((await runNativePeer("call", name, ...add, "1", "2")).trim()).toBe("3");
    expect(await skipping).toBe("failed");
    await server.close();
  });

  test("offers a service that Node calls", async () => {
    const name = freshName();
    const peer = await startNativePeer("serve", name, ...upper);
    const connection = await connect(await resolveTransport(`copydata:${name}`), patient);
    expect(connection.peer).toMatchObject({ transport: "copydata", processId: peer.processId });
    const service = connection.client(ConformanceCaller);
    expect(await service.upper("quiet")).toBe("QUIET");
    await expect(service.upper("x".repeat(1_500))).rejects.toMatchObject({ code: "invalidArgument" });
    expect(await Promise.all(["a", "b", "c"].map((text) => service.upper(text)))).toEqual(["A", "B", "C"]);
    await connection.close();
    // The next client finds it ready again.
    const again = await connect(await resolveTransport(`copydata:${name}`), patient);
    expect(await again.client(ConformanceCaller).upper("again")).toBe("AGAIN");
    await again.close();
    await peer.kill();
  });

  test("with a slow window receives each message once, although it is sent again", async () => {
    const name = freshName();
    const peer = await startNativePeer("serve", name, ...upper, "450");
    const connection = await connect(await resolveTransport(`copydata:${name}`), patient);
    const service = connection.client(ConformanceCaller);
    expect(await service.upper("slow")).toBe("SLOW");
    const [calls, duplicates] = ((await service.upper("?")).match(/\d+/g) ?? []).map(Number);
    expect(calls).toBe(2);
    expect(duplicates).toBeGreaterThan(0);
    await connection.close();
    await peer.kill();
  });

  test("that hangs causes an error with its window and process, within seconds", async () => {
    const name = freshName();
    const peer = await startNativePeer("hang", name);
    const transport = await resolveTransport(`copydata:${name}`);
    await expect(transport.dial(new AbortController().signal)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(
        new RegExp(
          `^dial copydata:${name}: window 0x[0-9a-f]+ of process ${peer.processId} has not answered for ${hungMs} ms`,
        ),
      ),
    });
    await peer.kill();
  });

  test("that hangs later is named in the error of its connection, and delays no other for long", async () => {
    const [hanging, lively] = [freshName(), freshName()];
    const peer = await startNativePeer("serve", hanging, ...upper, "60000");
    const server = await serveConformance(await resolveTransport(`copydata:${lively}`));
    const other = await connect(await resolveTransport(`copydata:${lively}`), patient);
    const transport = await resolveTransport(`copydata:${hanging}`);
    const connection = await transport.dial(new AbortController().signal);
    const ended = Collector.on(connection);
    const ask = async () => {
      const asked = performance.now();
      expect(await other.client(Conformance).add(1, 2)).toBe(3);
      return performance.now() - asked;
    };
    const quiet: number[] = [];
    while (quiet.length < 20) quiet.push(await ask());
    connection.send(Buffer.from("its window procedure does not return from this"));
    const times: number[] = [];
    while (ended.closedCalls === 0) times.push(await ask());
    expect(ended.error).toMatchObject({ code: "unavailable" });
    expect(ended.error?.message).toMatch(
      new RegExp(`window 0x[0-9a-f]+ of process ${peer.processId} has not answered`),
    );
    // A third of the time goes to the attempts; a call that falls into one waits for its end.
    expect(median(times)).toBeLessThan(Math.max(100, 10 * median(quiet)));
    await other.close();
    await server.close();
    await peer.kill();
  });

  test("prevents others from taking its name", async () => {
    const name = freshName();
    const peer = await startNativePeer("serve", name, ...upper);
    const taken = serveConformance(await resolveTransport(`copydata:${name.toUpperCase()}`));
    await expect(taken).rejects.toMatchObject({ code: "alreadyExists" });
    await peer.kill();
    await (await serveConformance(await resolveTransport(`copydata:${name}`))).close();
  });
});
