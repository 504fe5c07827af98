import { once } from "node:events";
import { describe, expect, test } from "vitest";
import type { PumpThread } from "./pump-thread.js";

describe.runIf(process.platform === "win32")("a copydata stream", () => {
  test("ends also if the peer ended it first", async () => {
    const { CopyDataStream } = await import("./copy-data-stream.js");
    const { openProcess } = await import("../win32/process-identity.js");
    const pump = { addLink: () => 1, removeLink() {}, order() {}, release() {}, isRunning: true };
    const peer = { handle: openProcess(process.pid), processId: process.pid } as never;
    const stream = new CopyDataStream(pump as unknown as PumpThread, peer);
    stream.linkEvent({ kind: "ended", link: 1 });
    const finished = once(stream, "finish");
    stream.end();
    await finished;
    expect(stream.writableFinished).toBe(true);
    stream.destroy();
    await once(stream, "close");
  });
});
