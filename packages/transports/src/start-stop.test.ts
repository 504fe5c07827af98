import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, onTestFinished, test } from "vitest";
import { sourceProgram } from "./test-support/source-program.js";
import { addresses } from "./test-support/targets.js";

/** `CROSSPANE_START_STOPS=200` for the long run. */
const times = Number(process.env["CROSSPANE_START_STOPS"] ?? 10);

describe.each(addresses)("over $name", ({ unused }) => {
  test.each([
    ["that closes everything it has opened ends by itself", "return"],
    ["that exits in the middle of calls", "exit"],
    ["that exits inside a handler", "handler"],
    ["that exits when a result arrives", "answer"],
    ["whose worker thread is terminated in the middle of calls", "worker"],
  ])("a program %s, with the exit code that it set", { timeout: 180_000 + times * 2_000 }, async (_, way) => {
    const { endpoint } = await unused();
    const child = spawn(
      process.execPath,
      [...sourceProgram("hostile/start-stop.ts"), endpoint, `${times}`, way],
      {
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    const ended = once(child, "exit");
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += String(chunk);
    });
    child.stderr.on("data", (chunk) => {
      output += String(chunk);
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const [code, signal] = await ended;
    expect({ code, signal, output }).toEqual({ code: 7, signal: null, output: "" });
  });
});
