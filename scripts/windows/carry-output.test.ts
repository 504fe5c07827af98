import { readdirSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { Writable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { carryOutput } from "./carry-output.ts";

/** Accepts one chunk at a time, each in a turn of its own. */
function slowSink() {
  const chunks: Buffer[] = [];
  const sink = new Writable({
    highWaterMark: 1,
    async write(chunk: Buffer, _encoding, done) {
      await turn();
      chunks.push(chunk);
      done();
    },
  });
  return { sink, text: () => Buffer.concat(chunks).toString() };
}

describe.skipIf(process.platform === "win32")("carried output", () => {
  test("loses no output written just before the end", async () => {
    for (let round = 0; round < 200; round++) {
      const { sink, text } = slowSink();
      const output = carryOutput(sink);
      writeSync(output.fd, `last words ${round}`);
      await output.finish();
      expect(text()).toBe(`last words ${round}`);
    }
  });

  test("arrives in order through a sink slower than the writer", async () => {
    const { sink, text } = slowSink();
    const output = carryOutput(sink);
    const lines = Array.from({ length: 5000 }, (_, line) => `${line} ${"x".repeat(40)}\n`);
    for (const line of lines) writeSync(output.fd, line);
    await output.finish();
    expect(text()).toBe(lines.join(""));
  });

  test("arrives while the writer is running", async () => {
    const { sink, text } = slowSink();
    const output = carryOutput(sink);
    writeSync(output.fd, "early");
    await expect.poll(text).toBe("early");
    await output.finish();
  });

  test("leaves no file behind", async () => {
    const before = readdirSync(tmpdir());
    const output = carryOutput(slowSink().sink);
    const after = readdirSync(tmpdir()).filter((name) => !before.includes(name));
    expect(after.filter((name) => name.startsWith("crosspane-output"))).toEqual([]);
    await output.finish();
  });
});
