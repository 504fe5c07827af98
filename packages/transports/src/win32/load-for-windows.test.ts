import { expect, test } from "vitest";
import { connect, serve } from "../index.js";
import { runBuilt } from "../test-support/run-built.js";

test.skipIf(process.platform === "win32").each(["shm", "copydata"])(
  "%s: names another transport on a system that is not Windows, at once",
  async (scheme) => {
    const refused = {
      code: "unimplemented",
      message: `${scheme}:x exists on Windows only; on ${process.platform} use pipe:x, or auto:x everywhere`,
    };
    await expect(connect(`${scheme}:x`, { timeoutMs: 60_000 })).rejects.toMatchObject(refused);
    await expect(serve(`${scheme}:x`, [])).rejects.toMatchObject(refused);
  },
);

test.runIf(process.platform === "win32")(
  "without koffi each transport that needs it fails at once, with an error that is not retried",
  async () => {
    const { code, printed } = await runBuilt(`
    import { registerHooks } from "node:module";
    registerHooks({
      resolve(specifier, context, next) {
        if (!specifier.startsWith("@koromix/koffi-")) return next(specifier, context);
        throw new Error("Cannot find module 'koffi'");
      },
    });
    const { connect, serve } = await built("index.js");
    const schemes = ["shm", "pipe", "copydata", "auto"];
    const outcomes = [];
    for (const scheme of schemes) {
      // A retried attempt would continue for an hour.
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
  },
);
