import { once } from "node:events";
import { callContext, connect, type PeerInfo, RpcError, serve } from "@crosspane/core";
import { Conformance } from "@crosspane/core/testing";
import type { TransportConnection } from "@crosspane/core/transport";
import { describe, expect, test, vi } from "vitest";
import { Collector, text } from "../test-support/collector.js";
import { failOnLeaks } from "../test-support/leaks.js";
import {
  closeAfterEach,
  dial,
  dialPatiently,
  freshName,
  listen,
  ownPipePath,
} from "../test-support/links.js";
import { noticeMs } from "../test-support/notice-ms.js";
import { built, runCode } from "../test-support/windows-process.js";
import { namedPipe } from "./named-pipe-transport.js";
import { busyMs } from "./pipe-limits.js";

const onWindows = process.platform === "win32";
const signal = new AbortController().signal;
const gone = new RpcError("aborted", "the test is over");
const genericRead = 0x8000_0000;
const overlapped = 0x4000_0000;

/** An implementation in which every method does the same. */
const everyMethod = (run: () => unknown) =>
  new Proxy({}, { get: () => async () => run() }) as Parameters<typeof Conformance.implement>[0];

/** Modules that load only on Windows. */
const win32 = async () => ({
  ...(await import("../test-support/handle-count.js")),
  ...(await import("../win32/kernel32.js")),
  ...(await import("../win32/owned-handle.js")),
  ...(await import("../win32/process-identity.js")),
  ...(await import("./adopt-handle.js")),
  ...(await import("./pipe-instance.js")),
  ...(await import("./waiting-instance.js")),
});

failOnLeaks();
closeAfterEach();

describe.runIf(onWindows)("the clients of a Windows pipe", () => {
  test("are known on both sides, and to the handlers", async () => {
    const { ownIdentity } = await win32();
    const name = freshName();
    const callers: PeerInfo[] = [];
    const client = `
      const { connect } = await import("@crosspane/core");
      const { Conformance } = await import("@crosspane/core/testing");
      const { namedPipe } = await import("${built("named-pipe")}index.js");
      const connection = await connect(namedPipe("${name}"), { timeoutMs: 120_000 });
      await connection.client(Conformance).add(1, 2);
      console.log(JSON.stringify(connection.peer));`;
    const answer = () => {
      callers.push(callContext().peer);
      return 3;
    };
    const server = await serve(namedPipe(name), [Conformance.implement(everyMethod(answer))]);
    const other = await runCode(client);
    const { imagePath, userSid, sessionId, elevated, administrator } = ownIdentity();
    const program = { imagePath, userSid, sessionId, elevated, administrator };
    const known = { transport: "pipe", ...program, sameUser: true };
    const address = await ownPipePath(name);
    expect(callers).toEqual([{ ...known, address, processId: other.processId }]);
    expect(JSON.parse(other.ready)).toEqual({ ...known, address, processId: process.pid });
    expect(namedPipe(name).capabilities.peerIdentity).toBe(true);
    await other.kill();
    await expect.poll(() => server.connections.size).toBe(0);
    await server.close();
  });

  test("may be gone before they are examined", async () => {
    const { pipePeer } = await import("./pipe-peer.js");
    const { invalidHandle } = await import("../win32/types.js");
    expect(pipePeer(invalidHandle, "client", "here")).toEqual({ transport: "pipe", address: "here" });
  });

  test("64 silent ones do not block a real one", async () => {
    const name = freshName();
    const server = await serve(namedPipe(name), [Conformance.implement(everyMethod(() => 3))], {
      onError() {},
    });
    const silent = await Promise.all(Array.from({ length: 64 }, () => dialPatiently(namedPipe(name))));
    const connection = await connect(namedPipe(name), { timeoutMs: 60_000 });
    expect(await connection.client(Conformance).add(1, 2)).toBe(3);
    // The silent ones are dropped.
    await Promise.all(silent.map((each) => Collector.on(each).isClosed()));
    await connection.close();
    await server.close();
  });

  test("one that can only read receives nothing and is dropped", async () => {
    const { createFile, OwnedHandle, adoptHandle } = await win32();
    const name = freshName();
    const onError = vi.fn();
    const server = await serve(namedPipe(name), [], { onError });
    const path = await ownPipePath(name);
    const started = performance.now();
    const handle = createFile(path, genericRead, 0, null, 3, overlapped, 0);
    const reader = adoptHandle(OwnedHandle.from(handle, "CreateFileW", path), path);
    let bytes = 0;
    reader.on("data", (chunk) => (bytes += chunk.length)).on("error", () => {});
    await once(reader, "end");
    expect(bytes).toBe(0);
    expect(performance.now() - started).toBeGreaterThan(1_000);
    reader.destroy();
    await expect.poll(() => onError.mock.calls.length).toBe(1);
    expect(onError.mock.calls[0]?.[0]).toMatchObject({
      error: { code: "deadlineExceeded" },
      peer: { processId: process.pid },
    });
    await server.close();
  });

  test("100 that connect at once, far more than the waiting instances, are all served", async () => {
    const { listener, accepted } = await listen(namedPipe(freshName()));
    const transport = namedPipe(listener.endpoint.slice("pipe:".length));
    const clients = await Promise.all(Array.from({ length: 100 }, () => dialPatiently(transport)));
    const servers = await Promise.all(clients.map(() => accepted()));
    for (const server of servers) echo(server);
    const heard = clients.map((client) => Collector.on(client));
    for (const [i, client] of clients.entries()) client.send(text(`client ${i}`));
    await Promise.all(heard.map((each) => each.hasMessages(1)));
    expect(heard.map(({ texts }) => texts[0])).toEqual(clients.map((_, i) => `client ${i}`));
  });

  test("leak no handle: 200 that come and go, and one whose process is killed", async () => {
    const { ownHandleCount } = await win32();
    const { listener, accepted } = await listen(namedPipe(freshName()));
    const name = listener.endpoint.slice("pipe:".length);
    const comeAndGo = async () => {
      const [client, server] = await Promise.all([namedPipe(name).dial(signal), accepted()]);
      const [heard] = [Collector.on(client), Collector.on(server)];
      server.send(text("welcome"));
      await heard.hasMessages(1);
      await Promise.all([client.close(), server.close()]);
    };
    for (let i = 0; i < 20; i++) await comeAndGo();
    const before = ownHandleCount();
    for (let i = 0; i < 200; i++) await comeAndGo();
    await expect.poll(ownHandleCount).toBeLessThanOrEqual(before + 3);

    const other = await runCode(`
      const { namedPipe } = await import("${built("named-pipe")}index.js");
      await namedPipe("${name}").dial(new AbortController().signal);
      console.log("ready");`);
    const server = await accepted();
    const heard = Collector.on(server);
    expect(server.peer.processId).toBe(other.processId);
    await other.kill();
    const killed = performance.now();
    await heard.isClosed();
    expect(performance.now() - killed).toBeLessThan(noticeMs);
    await server.close();
    // The child process of this test itself has some, which Node releases in its own time.
    await expect.poll(ownHandleCount).toBeLessThanOrEqual(before + 3);
  });

  test("notice when the listener closes before it accepts them, and no handle leaks", async () => {
    const { ownHandleCount } = await win32();
    const listenOnce = async (come: (name: string) => Promise<TransportConnection | undefined>) => {
      const name = freshName();
      const listener = await namedPipe(name).listen({ accept: (late) => late.abort(gone), failed() {} });
      const client = await come(name);
      await listener.close();
      if (client === undefined) return;
      const heard = Collector.on(client);
      await heard.isClosed();
      await client.close();
    };
    const nobody = async () => undefined;
    await listenOnce(nobody);
    const before = ownHandleCount();
    for (let i = 0; i < 50; i++) await listenOnce(nobody);
    for (let i = 0; i < 20; i++) await listenOnce((name) => namedPipe(name).dial(signal));
    await expect.poll(ownHandleCount).toBeLessThanOrEqual(before + 3);
  });

  test("one that finds the pipe busy retries for a while, or until it is cancelled", async () => {
    const { createInstance } = await win32();
    const name = freshName();
    const path = await ownPipePath(name);
    const { ownIdentity } = await win32();
    const sddl = `O:${ownIdentity().userSid}D:P(A;;GA;;;${ownIdentity().userSid})`;
    using _ = createInstance(path, sddl, true);
    await dial(namedPipe(name));

    const started = performance.now();
    await expect(dial(namedPipe(name))).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining(`dial pipe:${name}: `),
    });
    expect(performance.now() - started).toBeGreaterThanOrEqual(busyMs - 1);

    const giveUp = new AbortController();
    const dialing = namedPipe(name).dial(giveUp.signal);
    setTimeout(() => giveUp.abort(), 50);
    await expect(dialing).rejects.toMatchObject({ code: "cancelled" });

    const waiting = dial(namedPipe(name));
    let later: Disposable | undefined;
    setTimeout(() => {
      later = createInstance(path, sddl, false);
    }, 30);
    await waiting;
    later?.[Symbol.dispose]();
  });
});

describe.runIf(onWindows)("a waiting instance", () => {
  test("handles clients that connected, or connected and left, before it waited", async () => {
    const { createInstance, WaitingInstance, createFile, ownIdentity, closeHandle } = await win32();
    const path = await ownPipePath(freshName());
    const sddl = `D:P(A;;GA;;;${ownIdentity().userSid})`;
    const connected: Disposable[] = [];
    const failed = vi.fn();
    const first = createInstance(path, sddl, true);
    closeHandle(createFile(path, genericRead, 0, null, 3, overlapped, 0));
    let clients = [0 as never];
    let made = 0;
    const waiting = new WaitingInstance({
      path,
      make() {
        const instance = createInstance(path, sddl, false);
        // The first of them meets a client that is connected already.
        if (made++ === 0) clients = [createFile(path, genericRead, 0, null, 3, overlapped, 0) as never];
        return instance;
      },
      connected: (instance) => void connected.push(instance),
      failed,
    });
    waiting.start(first);
    await expect.poll(() => connected.length).toBe(1);
    expect(made).toBe(2);
    await waiting.close();
    for (const each of connected) each[Symbol.dispose]();
    for (const client of clients) closeHandle(client);
    expect(failed).not.toHaveBeenCalled();
  });

  test("is replaced as soon as the system allows it, and reports the failures before", async () => {
    const { createInstance, WaitingInstance, createFile, ownIdentity, closeHandle } = await win32();
    const path = await ownPipePath(freshName());
    const sddl = `D:P(A;;GA;;;${ownIdentity().userSid})`;
    const connected: Disposable[] = [];
    const failed = vi.fn();
    let refusals = 2;
    const waiting = new WaitingInstance({
      path,
      make() {
        if (refusals-- > 0) throw new RpcError("resourceExhausted", "no more instances");
        return createInstance(path, sddl, false);
      },
      connected: (instance) => void connected.push(instance),
      failed,
    });
    waiting.start(createInstance(path, sddl, true));
    const clients: ReturnType<typeof createFile>[] = [];
    const come = () => {
      const client = createFile(path, genericRead, 0, null, 3, overlapped, 0);
      if (client > 0) clients.push(client);
      return clients.length;
    };
    expect(come()).toBe(1);
    await expect.poll(come).toBe(2);
    await expect.poll(() => connected.length).toBe(2);
    expect(failed.mock.calls).toEqual([
      [expect.objectContaining({ code: "resourceExhausted" })],
      [expect.objectContaining({ code: "resourceExhausted" })],
    ]);
    await waiting.close();
    for (const each of connected) each[Symbol.dispose]();
    for (const client of clients) closeHandle(client);
  });
});

function echo(connection: TransportConnection): void {
  connection.start({ message: (bytes) => void connection.send(bytes), drained() {}, closed() {} });
}
