import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { runBuilt } from "../test-support/run-built.js";
import { pumpLingerMs } from "./copy-data-limits.js";

describe.runIf(process.platform === "win32")("a client of copydata whose server is not there", () => {
  test("starts its thread while it waits, but not for a look now and then", async () => {
    const code = `
      const { copyData } = await built("copy-data/index.js");
      const transport = copyData(${JSON.stringify(`waiting-${randomUUID().slice(0, 8)}`)});
      let threads = 0;
      process.on("worker", () => { threads++; });
      const dial = async () => {
        const code = await transport.dial(new AbortController().signal).then(() => "connected", ({ code }) => code);
        await new Promise((resolve) => setImmediate(resolve));
        if (code !== "unavailable") throw new Error(code);
      };
      const seen = [];
      for (let i = 0; i < 2; i++) {
        await dial();
        seen.push(threads);
        await new Promise((resolve) => setTimeout(resolve, ${pumpLingerMs + 100}));
      }
      for (let i = 0; i < 1_000 && threads === 0; i++) await dial();
      for (let i = 0; i < 20; i++) await dial();
      seen.push(threads);
      process.stdout.write(JSON.stringify(seen));`;
    expect(await runBuilt(code)).toEqual({ code: 0, printed: "[0,0,1]" });
  });
});
