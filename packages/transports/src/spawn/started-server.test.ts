import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
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

/** A folder with room for a record. */
function recordIn(): { readonly folder: string; readonly record: string } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "started-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  return { folder, record: join(folder, "record.log") };
}

/** Starts a server that prints its folder and ends; resolves with its output. */
async function folderOf(record: string, options: { readonly cwd?: string } = {}): Promise<string> {
  const args = ["-e", "process.stderr.write(process.cwd())"];
  const server = await StartedServer.start({ command: process.execPath, args, ...options }, record);
  await server.ended;
  return (await server.describe()).split("it has printed: ")[1] ?? "";
}

test("a server does not hold the current folder of its client, unless cwd says so", async () => {
  const { folder, record } = recordIn();
  expect(await folderOf(record)).toBe(folder);
  expect(await folderOf(record, { cwd: tmpdir() })).toBe(realpathSync(tmpdir()));
});

test.each([["./server.js"], ["--config=../app.json"], [".."], ["package.json"]])(
  "the argument %s, which the server would not find there, is refused by name",
  async (arg) => {
    const { record } = recordIn();
    const starting = StartedServer.start({ command: process.execPath, args: ["-e", "0", arg] }, record);
    await expect(starting).rejects.toMatchObject({
      code: "invalidArgument",
      message: expect.stringContaining(`spawn.args[2] ${JSON.stringify(arg)}`),
    });
  },
);

test("a server with a folder of its own takes relative arguments", async () => {
  const { folder, record } = recordIn();
  writeFileSync(join(folder, "server.js"), "");
  const server = await StartedServer.start(
    { command: process.execPath, args: ["./server.js"], cwd: folder },
    record,
  );
  await server.ended;
  expect(await server.describe()).toContain("exit code 0");
});

test("a program that cannot be started is failedPrecondition with the reason, and leaves no record of a start", async () => {
  const { folder, record } = recordIn();
  const text = join(folder, "text.txt");
  writeFileSync(text, "not a program", { mode: 0o600 });
  for (const command of ["no-such-program-anywhere", join(folder, "absent"), text, folder]) {
    await expect(StartedServer.start({ command }, record)).rejects.toMatchObject({
      code: "failedPrecondition",
      message: expect.stringContaining(JSON.stringify(command)),
    });
    expect(existsSync(record)).toBe(false);
  }
});

test("the error names a missing folder, and not the program", async () => {
  const { folder, record } = recordIn();
  const cwd = join(folder, "absent");
  await expect(StartedServer.start({ command: process.execPath, cwd }, record)).rejects.toMatchObject({
    code: "failedPrecondition",
    message: expect.stringContaining(`spawn.cwd ${cwd} is not a folder`),
  });
});

test("killing a server that is already ending does not fail", async () => {
  const record = join(tmpdir(), `started-${randomUUID()}.log`);
  onTestFinished(() => rmSync(record, { force: true }));
  const args = ["-e", "setInterval(() => {}, 1000)"];
  const server = await StartedServer.start({ command: process.execPath, args }, record);
  const { _handle: handle } = started.at(-1) as unknown as { _handle: { kill: () => number } };
  // The answer of the system for a process that is just ending.
  const refused = vi.spyOn(handle, "kill").mockReturnValue(-constants.errno.EPERM);
  expect(() => server.kill()).not.toThrow();
  refused.mockRestore();
  server.kill();
  await server.ended;
});
