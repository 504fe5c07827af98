import { spawn } from "node:child_process";
import { once } from "node:events";
import { serveConformance } from "@crosspane/core/testing";
import type { Transport } from "@crosspane/core/transport";
import { describe, expect, test } from "vitest";
import { resolveTransport } from "./index.js";
import { sourceProgram } from "./test-support/source-program.js";
import { addresses } from "./test-support/targets.js";

/** Runs the client in a process of its own and returns its output and exit code. */
async function run(transport: Transport, scenario: string): Promise<readonly [string, number]> {
  const server = await serveConformance(transport);
  try {
    const child = spawn(
      process.execPath,
      sourceProgram("process-life/client.ts").concat(server.endpoint, scenario),
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk;
    });
    const [code] = await once(child, "close");
    return [printed.trim().split(/\r?\n/).join(), code];
  } finally {
    await server.close();
  }
}

const everywhere = [
  ...addresses.filter(({ betweenProcesses }) => betweenProcesses),
  { name: "auto", unused: () => resolveTransport(`auto:life-${process.pid}-${Math.random()}`) },
];

describe.each(everywhere)("over $name", ({ unused }) => {
  test.each([
    ["idle", ""],
    ["idle with a heartbeat, coming back", ""],
    ["a call and a flush", "answered,flushed"],
    ["ref", "alive"],
  ])(
    "a process with an unref'ed connection ends when the connection is idle: %s",
    async (scenario, printed) => {
      expect(await run(await unused(), scenario)).toEqual([printed, 0]);
    },
    120_000,
  );
});

describe.each(everywhere.filter(({ name }) => name === "tcp"))("over $name", ({ unused }) => {
  test.each([
    ["never unref", "alive"],
    ["close", "closed"],
    ["waiting to come back", "reconnecting"],
    ["waiting to come back before unref", "reconnecting"],
  ])(
    "a connection keeps its process alive, or not: %s",
    async (scenario, printed) => {
      expect(await run(await unused(), scenario)).toEqual([printed, 0]);
    },
    120_000,
  );
});
