import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { frameHeaderBytes, writeFrameHeader } from "@crosspane/core/transport";
import { afterEach, describe, expect, test, vi } from "vitest";
import { flushStallMs, peerCloseMs } from "../buffered-connection/limits.js";
import { Collector, text } from "../test-support/collector.js";
import { failOnLeaks } from "../test-support/leaks.js";
import {
  closeAfterEach,
  type Kind,
  kinds,
  listen,
  open,
  usePrivateRuntimeFolder,
} from "../test-support/links.js";

usePrivateRuntimeFolder();
failOnLeaks();
closeAfterEach();
afterEach(() => void vi.useRealTimers());

function frame(message: Uint8Array, claimedBytes = message.length): Buffer {
  const bytes = Buffer.alloc(frameHeaderBytes + message.length);
  writeFrameHeader(bytes, 0, claimedBytes);
  bytes.set(message, frameHeaderBytes);
  return bytes;
}

/** A server of ours and a client that writes what it likes. */
async function rawClient(kind: Kind) {
  const { listener, accepted } = await listen(kind.fresh());
  const raw: Socket = connect(await kind.raw(listener.endpoint));
  raw.on("error", () => {});
  raw.resume();
  const [server] = await Promise.all([accepted(), once(raw, "connect")]);
  await listener.close();
  return { raw, server };
}

const gone = (raw: Socket) => (raw.closed ? undefined : once(raw, "close"));

describe.each(kinds)("a $name connection whose peer misbehaves", (kind) => {
  test("puts together what arrives byte by byte", async () => {
    const { raw, server } = await rawClient(kind);
    const received = Collector.on(server);
    raw.setNoDelay?.(true);
    for (const byte of Buffer.concat([frame(text("hello")), frame(text("w"))])) {
      raw.write(Uint8Array.of(byte));
      await sleep(1);
    }
    await received.hasMessages(2);
    expect(received.texts).toEqual(["hello", "w"]);
    raw.destroy();
    await received.isClosed();
    expect(received.error).toBeUndefined();
  });

  test("garbage ends it with a clear error, and the peer is disconnected", async () => {
    const { raw, server } = await rawClient(kind);
    const received = Collector.on(server);
    raw.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await received.isClosed();
    expect(received.error?.code).toBe("internal");
    expect(received.error?.message).toContain("does not begin a message of this protocol");
    await gone(raw);
  });

  test("a frame of length 0 ends it", async () => {
    const { raw, server } = await rawClient(kind);
    const received = Collector.on(server);
    raw.write(Buffer.concat([frame(text("fine")), Buffer.alloc(64)]));
    await received.isClosed();
    expect(received.texts).toEqual(["fine"]);
    expect(received.error?.code).toBe("internal");
    await gone(raw);
  });

  test("a frame over the limit ends it before its bytes are there", async () => {
    const { raw, server } = await rawClient(kind);
    server.maxReceiveBytes = 1000;
    const received = Collector.on(server);
    raw.write(frame(new Uint8Array(1000)));
    raw.write(frame(text("x"), 1001));
    await received.isClosed();
    expect(received.messages.length).toBe(1);
    expect(received.error?.code).toBe("resourceExhausted");
    expect(received.error?.message).toMatch(/1001 bytes.*1000 bytes/);
    await gone(raw);
  });

  test("half a frame and then silence holds nobody up: close ends it", async () => {
    const { raw, server } = await rawClient(kind);
    const received = Collector.on(server);
    raw.write(Buffer.concat([frame(text("whole")), frame(text("half"), 1_000_000)]));
    await received.hasMessages(1);
    await sleep(20);
    expect(received.events).toEqual(["message"]);
    raw.on("end", () => raw.end());
    await server.close();
    expect(received.events).toEqual(["message", "closed"]);
    expect(received.error).toBeUndefined();
  });

  test.each([1, 3, 4, 9])("a stream that ends after %d bytes of a frame is cut off", async (bytes) => {
    const { raw, server } = await rawClient(kind);
    const received = Collector.on(server);
    raw.write(frame(text("first")));
    raw.end(frame(text("0123456789")).subarray(0, bytes));
    await received.isClosed();
    expect(received.texts).toEqual(["first"]);
    expect(received.error?.code).toBe("unavailable");
    expect(received.error?.message).toContain("in the middle of a message");
    await server.close();
    await gone(raw);
  });

  test("a peer process that is killed in the middle of a frame", async () => {
    const { listener, accepted } = await listen(kind.fresh());
    const child = await childThatWrites(await kind.raw(listener.endpoint), frame(text("half"), 1000));
    const server = await accepted();
    const received = Collector.on(server);
    await once(child.stdout as NonNullable<typeof child.stdout>, "data");
    await sleep(50);
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await received.isClosed();
    expect(received.events).toEqual(["closed"]);
    expect(received.error?.code).toBe("unavailable");
    expect(received.error?.message).toContain("in the middle of a message");
    await Promise.all([exit, listener.close(), server.close()]);
  });

  test("close gives up on a peer that reads nothing, and says what was lost", async () => {
    const { client, server } = await open(kind);
    server.pause();
    const sender = Collector.on(client);
    client.send(new Uint8Array(15_000_000));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const closing = client.close();
    await sleep(50);
    vi.advanceTimersByTime(flushStallMs);
    await closing;
    expect(sender.error?.code).toBe("unavailable");
    expect(sender.error?.message).toMatch(/\d+ bytes were not taken/);
  });

  test("close does not wait for a peer that has all but never closes its end", async () => {
    const { raw, server } = await rawClient(kind);
    raw.allowHalfOpen = true;
    const received = Collector.on(server);
    server.send(text("all there is"));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const closing = server.close();
    await sleep(100);
    vi.advanceTimersByTime(peerCloseMs);
    await closing;
    expect(received.events).toEqual(["closed"]);
    expect(received.error).toBeUndefined();
    raw.destroy();
  });
});

async function childThatWrites(to: object, bytes: Buffer): Promise<ChildProcess> {
  const script = `
    const socket = require("node:net").connect(${JSON.stringify(to)}, () => {
      socket.write(Buffer.from("${bytes.toString("hex")}", "hex"), () => process.stdout.write("written"));
    });
    setInterval(() => {}, 1000);`;
  return spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
}
