import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { connect, RpcError } from "@crosspane/core";
import { Conformance, serveConformance } from "@crosspane/core/testing";
import { describe, expect, test } from "vitest";
import { Collector } from "../test-support/collector.js";
import { runBuilt } from "../test-support/run-built.js";
import { maxOpenings } from "./copy-data-limits.js";

const onWindows = process.platform === "win32";
const built = new URL("../../dist/", import.meta.url).href;
const freshName = () => `unwilling-${randomUUID().slice(0, 8)}`;
const load = () => import("./copy-data-transport.js");

/**
 * Starts a server of the test's own, on a thread of its own. Its window procedure runs
 * `opened(chunk, windows)` for an opening. `stop` returns the number of openings that it received.
 */
async function startAwkwardServer(name: string, opened: string): Promise<{ stop(): Promise<number> }> {
  const code = `
    import { parentPort } from "node:worker_threads";
    const built = (file) => import(${JSON.stringify(built)} + file);
    const { MessageWindows } = await built("copy-data/message-window.js");
    const { encodeIntroduction, parseIntroduction } = await built("copy-data/chunk.js");
    const { sendChunk } = await built("copy-data/send-chunk.js");
    const { dispatchMessages } = await built("copy-data/wait-for-message.js");
    const pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    let openings = 0;
    const later = [];
    const windows = new MessageWindows((window, chunk) => {
      if (chunk?.kind !== 1) return 1;
      if (window !== listener) return 0;
      if (++openings > 1) return 1;
      const client = parseIntroduction(chunk.payload);
      ${opened}
      return 1;
    });
    const pump = windows.make("");
    const listener = windows.make(${JSON.stringify(`crosspane:${name}`)});
    const accept = (client) =>
      sendChunk({ to: client.window, from: pump }, encodeIntroduction({ window: pump, key: Buffer.alloc(16, 5) }, client.key));
    parentPort.postMessage("up");
    let ends = false;
    parentPort.on("message", () => { ends = true; });
    while (!ends) {
      dispatchMessages();
      for (const run of later.splice(0)) run();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    for (const window of [pump, listener]) windows.destroy(window);
    windows.close();
    parentPort.postMessage(openings);
    parentPort.close();`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), { execArgv: [] });
  await once(worker, "message");
  return {
    async stop() {
      const answer = once(worker, "message");
      worker.postMessage("stop");
      const [openings] = await answer;
      await once(worker, "exit");
      return openings as number;
    },
  };
}

describe.runIf(onWindows)("copydata and a peer that is slow to answer", () => {
  test("a connection lives on if the client's send of the opening times out", async () => {
    const { copyData } = await load();
    const name = freshName();
    // Longer than an attempt: the client does not learn that its opening was taken, and then
    // receives the answer to it.
    const server = await startAwkwardServer(name, "later.push(() => accept(client)); pause(150);");
    const connection = await copyData(name).dial(new AbortController().signal);
    const collector = Collector.on(connection);
    await sleep(500);
    expect([collector.closedCalls, collector.error]).toEqual([0, undefined]);
    connection.abort(new RpcError("aborted", "seen enough"));
    expect(await server.stop()).toBe(1);
  });

  test("a dial that was given up stops sending", async () => {
    const { copyData } = await load();
    const name = freshName();
    const server = await startAwkwardServer(name, "pause(1000);");
    // Keeps the pump running.
    const listener = await copyData(freshName()).listen({ accept() {}, failed() {} });
    const signal = AbortSignal.timeout(250);
    await expect(copyData(name).dial(signal)).rejects.toMatchObject({ code: expect.any(String) });
    await sleep(1_500);
    // One for each attempt of the first 250 ms. A pump that does not stop would send thousands.
    expect(await server.stop()).toBeLessThanOrEqual(3);
    await listener.close();
  });
});

describe.runIf(onWindows)("copydata and openings that never finish", () => {
  test("no more than maxOpenings are held, and connections work meanwhile", async () => {
    const { copyData } = await load();
    const name = freshName();
    const server = await serveConformance(copyData(name));
    const connection = await connect(copyData(name));
    const service = connection.client(Conformance);
    const attack = runBuilt(`
      import { Worker } from "node:worker_threads";
      import { randomFillSync } from "node:crypto";
      const user32 = await built("win32/user32.js");
      const { sendChunk } = await built("copy-data/send-chunk.js");
      const { encodeIntroduction } = await built("copy-data/chunk.js");
      // A window whose thread does nothing.
      const code = \`
        import { parentPort, workerData } from "node:worker_threads";
        const { MessageWindows } = await import(${JSON.stringify(`${built}copy-data/message-window.js`)});
        parentPort.postMessage(new MessageWindows(() => 1).make(""));
        Atomics.wait(workerData, 0, 0);
        process.exit(0);\`;
      const workerData = new Int32Array(new SharedArrayBuffer(4));
      const worker = new Worker(new URL("data:text/javascript," + encodeURIComponent(code)), { execArgv: [], workerData });
      const deaf = await new Promise((resolve) => worker.once("message", resolve));
      const window = user32.findWindowEx(-3, 0, null, ${JSON.stringify(`crosspane:${name}`)});
      const answers = [];
      for (let i = 0; i < ${maxOpenings + 16}; i++) {
        // By now all of them have been examined, and none has taken its answer.
        if (i === ${maxOpenings}) await new Promise((resolve) => setTimeout(resolve, 500));
        answers.push(sendChunk({ to: window, from: deaf }, encodeIntroduction({ window: deaf, key: randomFillSync(Buffer.alloc(16)) }), 5000));
      }
      process.stdout.write(JSON.stringify(answers));
      // The others run for a while beside the openings that are held.
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const ended = new Promise((resolve) => worker.once("exit", resolve));
      Atomics.store(workerData, 0, 1);
      Atomics.notify(workerData, 0);
      await ended;`);
    let calls = 0;
    let slowestMs = 0;
    const ended = attack.then(() => false);
    while (await Promise.race([service.add(1, 2).then(() => true), ended])) {
      const began = performance.now();
      await service.add(calls++, 2);
      slowestMs = Math.max(slowestMs, performance.now() - began);
    }
    const { code, printed } = await attack;
    expect(code).toBe(0);
    const answers = JSON.parse(printed) as unknown[];
    expect(answers.filter((answer) => answer === 1)).toHaveLength(maxOpenings);
    expect(answers.filter((answer) => answer === 2)).toHaveLength(16);
    // Two windows of this process, each waiting at most for one attempt at an unresponsive window
    // in each round.
    expect(slowestMs).toBeLessThan(5_000);
    await connection.close();
    await server.close();
  });
});
