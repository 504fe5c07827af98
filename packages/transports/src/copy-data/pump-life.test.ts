import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { runBuilt } from "../test-support/run-built.js";

const onWindows = process.platform === "win32";

/**
 * A program with a server and a connection to it: `server`, `client`, each with `messages` that
 * call `onMessage`.
 */
const linked = (name: string) => `
  const { copyData } = await built("copy-data/index.js");
  const transport = copyData(${JSON.stringify(name)});
  let onMessage = () => {};
  const receiver = { message: (bytes) => onMessage(bytes), drained() {}, closed() {} };
  let server;
  const listener = await transport.listen({ accept: (made) => { server = made; made.start(receiver); }, failed() {} });
  const client = await transport.dial(new AbortController().signal);
  client.start(receiver);
`;

/** A multiple of 4; `CROSSPANE_START_STOPS=200` for the long run. */
const starts = Number(process.env["CROSSPANE_START_STOPS"] ?? 60);

const freshName = () => `life-${randomUUID().slice(0, 8)}`;

describe.runIf(onWindows)("the pump's thread", () => {
  test.each([
    ["exits inside a message", "onMessage = () => process.exit(7); client.send(Buffer.from('x'));", 7],
    ["exits right after a send", "client.send(Buffer.from('x')); process.exit(8);", 8],
    ["fails with connections open", "setImmediate(() => { throw new Error('meant'); });", 1],
    ["has closed everything", "await client.close(); await listener.close();", 0],
    [
      "closes and exits at once",
      "client.close(); listener.close(); process.exitCode = 9; process.exit();",
      9,
    ],
  ])("of a program that %s ends with it", async (_name, then, code) => {
    const quiet = code === 1 ? "console.error = () => {}; process.stderr.write = () => true;" : "";
    expect((await runBuilt(`${quiet}${linked(freshName())}${then}`)).code).toBe(code);
  });

  test("ends with a program that has only started it", async () => {
    const code = `
      const { copyData } = await built("copy-data/index.js");
      void copyData(${JSON.stringify(freshName())}).listen({ accept() {}, failed() {} });
      process.exit(3);`;
    expect((await runBuilt(code)).code).toBe(3);
  });

  test("keeps a program alive as long as there is a listener", async () => {
    const code = `
      const { copyData } = await built("copy-data/index.js");
      const listener = await copyData(${JSON.stringify(freshName())}).listen({ accept() {}, failed() {} });
      setTimeout(() => { process.stdout.write("alive"); void listener.close(); }, 300).unref();`;
    expect(await runBuilt(code)).toEqual({ code: 0, printed: "alive" });
  });

  test("starts and stops repeatedly, and leaks no window, handle or thread", {
    timeout: 180_000 + starts * 5_000,
  }, async () => {
    const code = `
      const { PumpThread } = await built("copy-data/pump-thread.js");
      const { ownHandleCount } = await support("handle-count.ts");
      const { ownWindowCount } = await support("own-windows.ts");
      const count = () => [ownHandleCount(), ownWindowCount()];
      let most = 0;
      async function once(i) {
        const pump = new PumpThread(0);
        pump.use();
        const { promise, resolve } = Promise.withResolvers();
        const listener = pump.addListener({ listenerEvent: resolve, pumpFailed: resolve });
        pump.order({ kind: "listen", listener, title: "crosspane:life-" + process.pid + i, allowLowerIntegrity: false });
        const { kind } = await promise;
        if (kind !== "listening") throw new Error(kind);
        most = Math.max(most, ownWindowCount());
        pump.release();
        await pump.ended;
      }
      // A pump without users does not keep the program alive.
      const alive = setInterval(() => {}, 1000);
      // One after the other: several threads that create and destroy windows at once can drive Wine
      // 10 into a cycle of windows, which its server then walks for ever.
      const four = async (i) => { for (const k of [0, 1, 2, 3]) await once(4 * i + k); };
      for (let i = 0; i < 5; i++) await four(i);
      const before = count();
      for (let i = 5; i < ${starts / 4}; i++) await four(i);
      clearInterval(alive);
      process.stdout.write(JSON.stringify({ before, after: count(), most }));`;
    const { code: exit, printed } = await runBuilt(code);
    expect(exit).toBe(0);
    const { before, after, most } = JSON.parse(printed) as {
      before: number[];
      after: number[];
      most: number;
    };
    expect(before[0]).toBeGreaterThan(10);
    expect(after[0]).toBeLessThanOrEqual((before[0] as number) + 5);
    // The pump's own window and the listener's.
    expect(most).toBeGreaterThanOrEqual(2);
    expect([before[1], after[1]]).toEqual([0, 0]);
  });

  test("of a terminated worker does not end the process", async () => {
    const built = new URL("../../dist/", import.meta.url);
    const code = `
      import { parentPort } from "node:worker_threads";
      const { copyData } = await import("${built.href}copy-data/index.js");
      await copyData(${JSON.stringify(freshName())}).listen({ accept() {}, failed() {} });
      parentPort.postMessage("listening");`;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
    await once(worker, "message");
    await worker.terminate();
  });
});

describe.runIf(onWindows)("connections", () => {
  test("200 sequential connections leak neither windows nor handles", async () => {
    const { copyData } = await import("./copy-data-transport.js");
    const { ownHandleCount } = await import("../test-support/handle-count.js");
    const { ownWindowCount } = await import("../test-support/own-windows.js");
    const transport = copyData(freshName());
    const receiver = { message() {}, drained() {}, closed() {} };
    const listener = await transport.listen({ accept: (made) => made.start(receiver), failed() {} });
    const cycle = async () => {
      const connection = await transport.dial(new AbortController().signal);
      connection.start(receiver);
      connection.send(Buffer.from("x"));
      await connection.close();
    };
    for (let i = 0; i < 20; i++) await cycle();
    const before = { handles: ownHandleCount(), windows: ownWindowCount() };
    expect(before.windows).toBe(2);
    for (let i = 0; i < 200; i++) await cycle();
    await expect.poll(ownHandleCount).toBeLessThanOrEqual(before.handles + 5);
    expect(ownWindowCount()).toBe(2);
    await listener.close();
  });
});
