import { expect, test } from "vitest";
import { runBuilt } from "./test-support/run-built.js";

test("without koffi each transport that needs it says so at once, and does not ask to be tried again", async () => {
  const { code, printed } = await runBuilt(`
    import { registerHooks } from "node:module";
    registerHooks({
      resolve(specifier, context, next) {
        if (specifier !== "koffi") return next(specifier, context);
        throw new Error("Cannot find package 'koffi'");
      },
    });
    const { connect, serve } = await built("index.js");
    const schemes = process.platform === "win32" ? ["shm", "pipe", "copydata", "auto"] : ["shm", "copydata"];
    const outcomes = [];
    for (const scheme of schemes) {
      // An attempt that is made again goes on for an hour.
      const connecting = () => connect(scheme + ":x", { timeoutMs: 3_600_000 });
      for (const attempt of [connecting, () => serve(scheme + ":x", [])]) {
        const error = await attempt().then(() => "none", (thrown) => thrown);
        outcomes.push([error.code, /it needs koffi/.test(error.message)]);
      }
    }
    process.stdout.write(JSON.stringify(outcomes));`);
  expect(code).toBe(0);
  const outcomes = JSON.parse(printed) as unknown[];
  expect(outcomes.length).toBeGreaterThanOrEqual(4);
  for (const outcome of outcomes) expect(outcome).toEqual(["unimplemented", true]);
});
