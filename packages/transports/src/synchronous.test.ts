import type { RpcError } from "@crosspane/core";
import { Conformance, ConformanceCaller } from "@crosspane/core/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, synchronous, withOptions } from "./index.js";
import { freshName } from "./test-support/links.js";
import { patient } from "./test-support/patient.js";
import { type ServerProcess, startServerProcess } from "./test-support/server-process.js";

function failure(run: () => unknown): RpcError {
  try {
    run();
  } catch (thrown) {
    return thrown as RpcError;
  }
  throw new Error("nothing was thrown");
}

// Only a transport that shares memory with its peer can receive while the event loop stands still.
describe.runIf(process.platform === "win32")("synchronous calls to another process over shm", () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServerProcess(`shm:${freshName()}`);
  });
  afterAll(() => server.stop());

  test("return results and throw errors, beside calls that are awaited", async () => {
    await using connection = await connect(server.endpoint, patient);
    const client = connection.client(Conformance);
    const now = synchronous(client);
    const awaited = client.add(20, 22);
    for (let n = 0; n < 500; n++) expect(now.add(n, 1)).toBe(n + 1);
    expect(now.echoBytes(new Uint8Array(300_000).fill(7))).toEqual(new Uint8Array(300_000).fill(7));
    expect(failure(() => now.fail("notFound", "no", null))).toMatchObject({ code: "notFound" });
    expect(await awaited).toBe(42);
  });

  test("end at their deadline, and cancel the peer's handler", async () => {
    await using connection = await connect(server.endpoint, patient);
    const now = synchronous(connection.client(Conformance));
    const key = freshName();
    const error = failure(() => withOptions(now, { timeoutMs: 100 }).hold(key));
    expect(error.code).toBe("deadlineExceeded");
    await expect.poll(() => now.held(key).aborted).toBe("deadlineExceeded");
  });

  test("wait until the deadline for a peer that calls back first, and its pending calls run afterwards", async () => {
    const upper = async (text: string) => text.toUpperCase();
    const lines: string[] = [];
    const heard = (line: string) => void lines.push(line);
    await using connection = await connect(server.endpoint, {
      ...patient,
      services: [ConformanceCaller.implement({ upper, heard })],
    });
    const client = connection.client(Conformance);
    const now = synchronous(client);
    expect(failure(() => withOptions(now, { timeoutMs: 200 }).askBack("a")).code).toBe("deadlineExceeded");
    expect(await client.askBack("b")).toBe("B");
    now.tellBack(["c", "d"]);
    expect(lines).toEqual([]);
    await expect.poll(() => lines).toEqual(["c", "d"]);
  });
});

test.runIf(process.platform === "win32")("the exit of a process ends a synchronous wait", async () => {
  const server = await startServerProcess(`shm:${freshName()}`);
  const connection = await connect(server.endpoint, patient);
  const now = synchronous(connection.client(Conformance));
  process.kill(server.processId, "SIGKILL");
  const error = failure(() => withOptions(now, { timeoutMs: 20_000 }).hold(freshName()));
  expect(error.code).toBe("unavailable");
  await server.kill();
  await connection.closed;
});
