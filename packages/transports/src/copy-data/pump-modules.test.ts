import { describe, expect, test } from "vitest";
import { runBuilt } from "../test-support/run-built.js";

describe.runIf(process.platform === "win32")("the pump's thread", () => {
  // A thread loads its modules anew, each from a file. All of core took the larger part of the
  // first connection's time.
  test("loads only the modules that it needs, not the clients, servers and sessions of core", async () => {
    const code = `
      import { registerHooks } from "node:module";
      const loaded = [];
      registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
      await built("copy-data/message-pump.js");
      process.stdout.write(JSON.stringify(loaded));`;
    const { code: exit, printed } = await runBuilt(code);
    expect(exit).toBe(0);
    const loaded = JSON.parse(printed) as string[];
    const ending = (end: string) => loaded.filter((url) => url.endsWith(end));
    expect(ending("/copy-data/message-pump.js")).toHaveLength(1);
    expect(ending("/core/dist/errors/rpc-error.js")).toHaveLength(1);
    expect(ending("/core/dist/index.js")).toEqual([]);
    // All of core is more than a hundred modules.
    expect(loaded.length).toBeLessThan(50);
  });
});
