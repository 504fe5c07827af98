import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { TransportConnection } from "@crosspane/core/transport";
import { describe, expect, onTestFinished, test } from "vitest";
import { Collector } from "../test-support/collector.js";

describe.runIf(process.platform === "win32")("the peer of a copydata connection", () => {
  test("hears of it when a worker is terminated whose process lives on", async () => {
    const { copyData } = await import("./copy-data-transport.js");
    const name = `terminated-${randomUUID().slice(0, 8)}`;
    const { promise: accepted, resolve } = Promise.withResolvers<TransportConnection>();
    const listener = await copyData(name).listen({ accept: resolve, failed() {} });
    onTestFinished(() => listener.close());
    const built = new URL("../../dist/copy-data/index.js", import.meta.url);
    const code = `
      const { copyData } = await import("${built}");
      const { parentPort } = await import("node:worker_threads");
      const connection = await copyData("${name}").dial(new AbortController().signal);
      connection.start({ message() {}, drained() {}, closed() {} });
      parentPort.postMessage("up");`;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
    const [connection] = await Promise.all([accepted, once(worker, "message")]);
    const received = Collector.on(connection);
    await worker.terminate();
    await received.isClosed();
    expect(received.error?.code).toBe("unavailable");
  });
});
