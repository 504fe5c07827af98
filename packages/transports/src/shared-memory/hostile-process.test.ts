import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type ErrorReport, RpcError, serve } from "@crosspane/core";
import { describe, expect, test } from "vitest";
import { Load, loadImplementation } from "../test-support/load/load-service.js";
import { systemObjects } from "../test-support/load/usage.js";
import { patient } from "../test-support/patient.js";
import { sourceProgram } from "../test-support/source-program.js";
import { sharedMemory } from "./index.js";

const onWindows = process.platform === "win32";
/** Four seconds by default; `CROSSPANE_HOSTILE_MS` sets a longer run. */
const milliseconds = Number(process.env["CROSSPANE_HOSTILE_MS"] ?? 4_000);

describe.runIf(onWindows)("another process that writes at random into the memory of its connections", () => {
  test("ends its own links and nothing else", { timeout: milliseconds + 300_000 }, async () => {
    const transport = sharedMemory(`hostile-${process.pid}`);
    const reports: ErrorReport[] = [];
    await using server = await serve(transport, [loadImplementation], {
      onError: (report) => void reports.push(report),
    });
    await using honest = await connect(transport, patient);
    const load = honest.client(Load);
    await load.add(1, 1);
    const before = await systemObjects();
    const scribbler = spawn(
      process.execPath,
      [...sourceProgram("hostile/ring-scribbler.ts"), transport.endpoint, `${milliseconds}`],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const ended = once(scribbler, "exit");
    let output = "";
    scribbler.stdout.on("data", (chunk) => {
      output += String(chunk);
    });
    let calls = 0;
    const bytes = new Uint8Array(3_000).fill(9);
    while (scribbler.exitCode === null) {
      expect(await load.add(calls, 1)).toBe(calls + 1);
      expect(await load.echo(bytes)).toEqual(bytes);
      calls++;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(await ended).toEqual([0, null]);
    // It had many links, and the server ended the broken ones with an error.
    expect(Number(output)).toBeGreaterThan(5);
    await expect.poll(() => server.connections.size).toBe(1);
    expect(reports.filter(({ error }) => !(error instanceof RpcError))).toEqual([]);
    expect(calls).toBeGreaterThan(20);
    await expect.poll(async () => (await systemObjects()).handles).toBeLessThanOrEqual(before.handles + 8);
  });
});
