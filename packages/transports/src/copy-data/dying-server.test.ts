import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { RpcError } from "@crosspane/core";
import { describe, expect, test } from "vitest";
import { runBuilt } from "../test-support/run-built.js";
import type { PumpThread } from "./pump-thread.js";

const freshName = () => `dying-${randomUUID().slice(0, 8)}`;

/**
 * Builds a program whose window of the name runs `opened` for an opening; `accept(window)` answers
 * it from a window.
 */
function serverProgram(name: string, opened: string): string {
  return `
    const { MessageWindows } = await built("copy-data/message-window.js");
    const { encodeIntroduction, parseIntroduction } = await built("copy-data/chunk.js");
    const { sendChunk } = await built("copy-data/send-chunk.js");
    const { dispatchMessages } = await built("copy-data/wait-for-message.js");
    let client;
    const windows = new MessageWindows((window, chunk) => {
      if (chunk?.kind === 1) client = parseIntroduction(chunk.payload);
      ${opened}
      return 1;
    });
    const listener = windows.make(${JSON.stringify(`crosspane:${name}`)});
    const accept = (window) =>
      sendChunk({ to: client.window, from: listener }, encodeIntroduction({ window, key: Buffer.alloc(16, 5) }, client.key));
    const die = () => { process.kill(process.pid, "SIGKILL"); };
    const end = performance.now() + 120_000;
    while (performance.now() < end) {
      dispatchMessages();
      if (client !== undefined) answer();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }`;
}

/** Dials until a server of the name has been found, and returns the result of that attempt. */
async function dialOnce(name: string): Promise<{ code: string; message: string }> {
  const { copyData } = await import("./copy-data-transport.js");
  for (;;) {
    try {
      const connection = await copyData(name).dial(new AbortController().signal);
      connection.abort(new RpcError("aborted", "seen enough"));
      return { code: "connected", message: "" };
    } catch (thrown) {
      const { code, message } = thrown as { code: string; message: string };
      if (!message.includes("no server is listening")) return { code, message };
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

describe.runIf(process.platform === "win32")("a server of copydata that dies while a client dials", () => {
  test.each([
    ["inside the opening", "die();", ""],
    ["after it has taken the opening", "", "die();"],
  ])("%s is detected by its exit, and the next server is found", async (_when, opened, answer) => {
    const name = freshName();
    const died = runBuilt(`const answer = () => { ${answer} }; ${serverProgram(name, opened)}`);
    // Not because it is silent: a hung server would be reported only after seconds.
    expect(await dialOnce(name)).toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("is gone"),
    });
    await died;
    const { copyData } = await import("./copy-data-transport.js");
    const listener = await copyData(name).listen({ accept() {}, failed() {} });
    expect((await dialOnce(name)).code).toBe("connected");
    await listener.close();
  });

  test("after its answer, and whose window is gone, can be dialed again", async () => {
    const name = freshName();
    const died = runBuilt(`
      const answer = () => {
        const window = windows.make("");
        windows.destroy(window);
        accept(window);
        die();
      };
      ${serverProgram(name, "")}`);
    expect(await dialOnce(name)).toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("is gone"),
    });
    await died;
  });

  test.each([
    ["starts", false, ["broken"]],
    ["runs, and may hold bytes of it", true, []],
  ] as const)("while the client's own pump %s", async (_pump, isRunning, told) => {
    const { CopyDataStream } = await import("./copy-data-stream.js");
    const { openProcess } = await import("../win32/process-identity.js");
    const server: ChildProcess = spawn(process.execPath, ["-e", "setTimeout(() => {}, 30_000)"]);
    const processId = server.pid as number;
    const handle = openProcess(processId);
    const orders: string[] = [];
    const order = ({ kind }: { kind: string }) => void orders.push(kind);
    // Emits nothing, like a pump whose thread is not running yet.
    const pump = {
      isRunning,
      addLink: () => 1,
      removeLink() {},
      release() {},
      order,
    } as unknown as PumpThread;
    const peer = { transport: "copydata", address: "dying" } as const;
    const stream = new CopyDataStream(pump, { window: 1 as never, processId, handle, peer });
    const heard: string[] = [];
    void stream.opened.then(({ kind }) => heard.push(kind));
    server.kill("SIGKILL");
    await once(server, "exit");
    await expect.poll(() => heard.length + orders.length).toBe(1);
    expect([heard, orders]).toEqual([told, isRunning ? ["peerExited"] : []]);
    stream.destroy();
    await once(stream, "close");
  });
});
