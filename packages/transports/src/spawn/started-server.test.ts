import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { StartedServer } from "./started-server.js";

const started: ChildProcess[] = [];

vi.mock("node:child_process", async (original) => {
  const real = await original<typeof import("node:child_process")>();
  const spawn = (...args: Parameters<typeof real.spawn>) => {
    const child = real.spawn(...args);
    started.push(child);
    return child;
  };
  return { ...real, spawn };
});

test("a server that cannot be ended any more fails nobody", async () => {
  const record = join(tmpdir(), `started-${randomUUID()}.log`);
  onTestFinished(() => rmSync(record, { force: true }));
  const args = ["-e", "setInterval(() => {}, 1000)"];
  const server = await StartedServer.start({ command: process.execPath, args }, record);
  const { _handle: handle } = started[0] as unknown as { _handle: { kill: () => number } };
  // As the system answers for a process that is just ending.
  const refused = vi.spyOn(handle, "kill").mockReturnValue(-constants.errno.EPERM);
  expect(() => server.kill()).not.toThrow();
  refused.mockRestore();
  server.kill();
  await server.ended;
});
