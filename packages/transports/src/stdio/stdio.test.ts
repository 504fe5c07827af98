import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { type Connection, connect, serve } from "../index.js";
import { failOnLeaks } from "../test-support/leaks.js";
import { patient } from "../test-support/patient.js";
import { sourceProgram } from "../test-support/source-program.js";
import { Probe, probe } from "../test-support/spawn/probe-service.js";
import { isRunning } from "../test-support/spawn/spawned-probe.js";
import { childEndMs } from "./child-descriptor.js";
import { stdio } from "./index.js";

failOnLeaks();

const open: Connection[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close()));
});

const child = (how: string) => ({
  command: process.execPath,
  args: [...sourceProgram("stdio/child.ts"), how],
});

async function start(how: string): Promise<Connection> {
  const connection = await connect("stdio:", { spawn: child(how), ...patient });
  open.push(connection);
  return connection;
}

async function untilGone(processId: number): Promise<void> {
  while (isRunning(processId)) await sleep(10);
}

test("a child serves its parent, each knows the other's process, and the child ends with the connection", async () => {
  const connection = await start("serve");
  const service = connection.client(Probe);
  const processId = await service.processId();
  expect(processId).toBe(connection.peer.processId);
  expect(await service.callerId()).toBe(process.pid);
  expect(connection.transport).toEqual({ name: "stdio", endpoint: "stdio:", skipped: [] });
  await connection.close();
  expect(isRunning(processId)).toBe(false);
});

test("each connection has a child of its own", async () => {
  const [a, b] = await Promise.all([start("serve"), start("serve")]);
  expect(await a.client(Probe).processId()).not.toBe(await b.client(Probe).processId());
});

test("a child may print", async () => {
  const service = (await start("serve")).client(Probe);
  await service.print("printed by a child");
  expect(await service.callerId()).toBe(process.pid);
});

test("a child that is killed ends the connection and its calls", async () => {
  const connection = await start("serve");
  const service = connection.client(Probe);
  const held = service.hold();
  process.kill(await service.processId(), "SIGKILL");
  await expect(held).rejects.toMatchObject({ code: "unavailable" });
  expect(await connection.closed).toMatchObject({ by: "peer", error: { code: "unavailable" } });
});

test("a child with other work ends with the connection too", async () => {
  const connection = await start("busy");
  const processId = await connection.client(Probe).processId();
  const began = performance.now();
  await connection.close();
  expect(isRunning(processId)).toBe(false);
  expect(performance.now() - began).toBeGreaterThan(childEndMs / 2);
});

test("a child whose parent is killed ends", async () => {
  const parent = spawn(process.execPath, sourceProgram("stdio/parent.ts"), {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(parent.stdout, "data");
  const processId = Number(String(line));
  expect(isRunning(processId)).toBe(true);
  parent.kill("SIGKILL");
  await untilGone(processId);
});

test("a child that ends instead of serving is reported at once, with its exit code", async () => {
  await expect(connect("stdio:", { spawn: child("fail") })).rejects.toMatchObject({
    code: "failedPrecondition",
    message: expect.stringContaining("ended with exit code 3"),
  });
});

test("a child that does not answer in time is killed", async () => {
  await expect(connect("stdio:", { spawn: child("silent"), timeoutMs: 2_000 })).rejects.toMatchObject({
    code: "unavailable",
  });
  await sleep(childEndMs + 500);
});

test("invalid uses are refused with the reason", async () => {
  const services = [Probe.implement(probe)];
  await expect(serve("stdio:", services)).rejects.toMatchObject({ code: "failedPrecondition" });
  await expect(connect("stdio:")).rejects.toMatchObject({ code: "invalidArgument" });
  await expect(connect("stdio:name")).rejects.toMatchObject({ code: "invalidArgument" });
  for (const more of [{ restart: {} }, { output: "x" }, { stopWithParent: false }]) {
    await expect(connect("stdio:", { spawn: { ...child("serve"), ...more } })).rejects.toMatchObject({
      code: "invalidArgument",
    });
  }
  await expect(connect(stdio({ command: "no-such-program-anywhere" }))).rejects.toMatchObject({
    code: "failedPrecondition",
    message: expect.stringContaining("no-such-program-anywhere"),
  });
});
