import { spawn as spawnProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { connect, RpcError, type SpawnOptions, serve } from "../index.js";
import { patient } from "../test-support/patient.js";
import { sourceProgram } from "../test-support/source-program.js";
import { Probe, probe } from "../test-support/spawn/probe-service.js";
import { isRunning, type SpawnedProbe, spawnedProbe } from "../test-support/spawn/spawned-probe.js";

async function serverOf({ endpoint }: SpawnedProbe, spawn: SpawnOptions): Promise<number> {
  const connection = await connect(endpoint, { spawn, ...patient });
  try {
    return await connection.client(Probe).processId();
  } finally {
    await connection.close();
  }
}

/**
 * Runs a client that starts the server in a process of its own; resolves with the client's output.
 */
async function clientProcess({ endpoint, spawn }: SpawnedProbe): Promise<string> {
  const child = spawnProcess(
    process.execPath,
    [...sourceProgram("spawn/probe-client.ts"), endpoint, JSON.stringify(spawn)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let printed = "";
  child.stdout.on("data", (chunk) => {
    printed += String(chunk);
  });
  await once(child, "close");
  return printed.trim();
}

async function untilGone(processId: number): Promise<void> {
  while (isRunning(processId)) await sleep(10);
}

test("ten processes that race start one server, which outlives them all", async () => {
  const server = spawnedProbe();
  const printed = await Promise.all(Array.from({ length: 10 }, () => clientProcess(server)));
  expect(new Set(printed).size).toBe(1);
  expect(server.log()).toEqual([`started ${printed[0]}`, `served ${printed[0]}`]);
  expect(isRunning(Number(printed[0]))).toBe(true);
});

test("connections of one process that race start one server", async () => {
  const server = spawnedProbe();
  const answers = await Promise.all(Array.from({ length: 10 }, () => serverOf(server, server.spawn)));
  expect(new Set(answers).size).toBe(1);
  expect(server.log()).toHaveLength(2);
});

test("a running server is used, and nothing is started", async () => {
  const server = spawnedProbe();
  await using _ = await serve(server.endpoint, [Probe.implement(probe)]);
  expect(await serverOf(server, server.spawn)).toBe(process.pid);
  expect(server.log()).toEqual([]);
});

test("a server that was killed is started by the next to connect", async () => {
  const server = spawnedProbe();
  const connection = await connect(server.endpoint, { spawn: server.spawn, ...patient });
  const first = await connection.client(Probe).processId();
  process.kill(first, "SIGKILL");
  expect(await connection.closed).toMatchObject({ error: { code: "unavailable" } });
  const second = await serverOf(server, server.spawn);
  expect(second).not.toBe(first);
  expect(isRunning(second)).toBe(true);
});

test("a server that fails to start is reported with its exit code and its output", async () => {
  const server = spawnedProbe(["throw"]);
  const error = await serverOf(server, server.spawn).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "failedPrecondition" });
  expect(String(error)).toMatch(/process \d+, ended with exit code 1; it has printed: /);
  expect(String(error)).toContain("the disk is full of eels");
});

test("a program that cannot be started fails at once every time, and does not count as a start", async () => {
  const server = spawnedProbe();
  const spawn = { command: "no-such-program-anywhere", restart: { maxStarts: 1, backOffMs: 60_000 } };
  for (let attempt = 0; attempt < 3; attempt++) {
    await expect(connect(server.endpoint, { spawn, timeoutMs: 60_000 })).rejects.toMatchObject({
      code: "failedPrecondition",
      message: expect.stringContaining('"no-such-program-anywhere"'),
    });
  }
  expect(await serverOf(server, { ...server.spawn, restart: spawn.restart })).toBeGreaterThan(0);
});

test("a server that is not ready in time is killed, and its output is reported", async () => {
  const server = spawnedProbe(["hang"]);
  const time = new AbortController();
  const error = connect(server.endpoint, { spawn: server.spawn, signal: time.signal }).catch(
    (thrown: unknown) => thrown,
  );
  // Does what timeoutMs does, but however busy the machine is.
  await server.logged("hanging");
  time.abort(new RpcError("deadlineExceeded", "time is up"));
  expect(await error).toMatchObject({
    code: "deadlineExceeded",
    cause: {
      message: expect.stringContaining(
        "still runs; it has printed: waiting for something that does not come",
      ),
    },
  });
  const [line = ""] = await server.logged("hanging");
  await untilGone(Number(line.split(" ")[1]));
});

test("a server that crashes repeatedly is started as often as the policy allows, at growing intervals", async () => {
  const restart = { maxStarts: 3, windowMs: 60_000, backOffMs: 100 };
  const server = spawnedProbe(["crash"], { restart });
  const codes: string[] = [];
  for (let i = 0; i < 6; i++) {
    const code = await connect(server.endpoint, { spawn: server.spawn, ...patient }).then(
      async (connection) => {
        await connection.closed;
        return "crashed";
      },
      (error: { code: string }) => error.code,
    );
    codes.push(code);
  }
  expect(codes.slice(3)).toEqual(["resourceExhausted", "resourceExhausted", "resourceExhausted"]);
  expect(server.log().filter((line) => line.startsWith("started"))).toHaveLength(3);
});

test("a server that stops because it is idle ends its process, and does not count as one that crashed", async () => {
  const server = spawnedProbe(["serve", "1000"], { restart: { maxStarts: 1, backOffMs: 60_000 } });
  for (let i = 1; i <= 3; i++) {
    const processId = await serverOf(server, server.spawn);
    await server.logged("closed by idle", i);
    await untilGone(processId);
  }
  expect(server.log().filter((line) => line.startsWith("started"))).toHaveLength(3);
});

test("with stopWithParent a server ends with the process that has started it", async () => {
  const server = spawnedProbe(["serve"], { stopWithParent: true });
  const processId = Number(await clientProcess(server));
  expect(await server.logged("closed by close")).toEqual([`closed by close ${processId}`]);
  await untilGone(processId);
});

test("the server's output goes to a file if one is named", async () => {
  const server = spawnedProbe(["throw"]);
  const output = join(server.spawn.args?.at(-2) ?? "", "..", "output.txt");
  await expect(serverOf(server, { ...server.spawn, output })).rejects.toThrow("the disk is full of eels");
  expect(readFileSync(output, "utf8")).toContain("the disk is full of eels");
});

test("invalid options are refused before anything is started", async () => {
  const { spawn, log } = spawnedProbe();
  await expect(connect("memory:x", { spawn })).rejects.toMatchObject({ code: "invalidArgument" });
  for (const wrong of [
    { command: "" },
    { ...spawn, restart: { maxStarts: 0 } },
    { ...spawn, restart: { windowMs: -1 } },
  ]) {
    await expect(connect("pipe:x", { spawn: wrong })).rejects.toMatchObject({ code: "invalidArgument" });
  }
  expect(log()).toEqual([]);
});
