import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Connection, connect, RpcError } from "@crosspane/core";
import { Conformance, serveConformance } from "@crosspane/core/testing";
import type { TransportConnection } from "@crosspane/core/transport";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { Collector, text } from "../test-support/collector.js";
import { closeAfterEach, dial, freshName, listen } from "../test-support/links.js";
import { loopTurnsWithin } from "../test-support/loop-turns.js";
import { noticeMs } from "../test-support/notice-ms.js";
import { patient } from "../test-support/patient.js";
import { startServerProcess } from "../test-support/server-process.js";
import type { Access } from "../win32/access.js";
import { rendezvousBytes, ringPlaces, slotFields } from "./layout.js";
import { linkState } from "./link-header.js";
import { guardName, type Place, randomId, rendezvousName, wakeEventName } from "./object-names.js";
import { postRequest, readRendezvousHeader } from "./rendezvous.js";
import { SharedMemoryConnection } from "./shared-memory-connection.js";
import { sharedMemory } from "./shared-memory-transport.js";

const onWindows = process.platform === "win32";

/** Modules that load only on Windows. */
const win32 = async () => ({
  ...(await import("../win32/file-mapping.js")),
  ...(await import("../test-support/handle-count.js")),
  ...(await import("../win32/name-guard.js")),
  ...(await import("../win32/named-event.js")),
  ...(await import("../win32/peer-process.js")),
  ...(await import("../win32/process-identity.js")),
});

async function placeOf(name: string): Promise<Place> {
  const { userSid, sessionId } = (await win32()).ownIdentity();
  return { userSid, sessionId, name };
}

async function refusal(promise: Promise<unknown>): Promise<RpcError> {
  return promise.then(
    () => {
      throw new Error("it was accepted");
    },
    (error: RpcError) => error,
  );
}

const never = () => new AbortController().signal;
const nobody: Access = { sddl: "D:P" };

const children = new Set<ChildProcess>();

async function startClient(endpoint: string, mode: string): Promise<ChildProcess> {
  const script = fileURLToPath(new URL("../test-support/shared-memory-client.ts", import.meta.url));
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, endpoint, mode], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.add(child);
  if (child.stdout !== null) await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  expect(child.exitCode).toBe(null);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
  children.delete(child);
}

closeAfterEach();

describe.runIf(onWindows)("shm", () => {
  let handlesBefore = 0;
  beforeEach(async () => {
    handlesBefore = (await win32()).ownHandleCount();
  });
  afterEach(async () => {
    for (const child of [...children]) await kill(child);
  });

  /**
   * Call it when everything is closed. Handles that koffi, libuv and the system's thread pool open
   * once and keep are not counted.
   */
  async function expectNoHandlesLeft(kept: number): Promise<void> {
    const { ownHandleCount } = await win32();
    await expect.poll(ownHandleCount).toBeLessThanOrEqual(handlesBefore + kept);
  }

  test("both ends know each other's process", async () => {
    const { identifyProcess, openProcess } = await win32();
    const server = await startServerProcess(`shm:${freshName()}`);
    const connection = await dial(sharedMemory(server.endpoint.slice("shm:".length)));
    const handle = openProcess(server.processId);
    const { startTime: _, ...identity } = identifyProcess(handle.value, server.processId);
    handle.close();
    expect(connection.peer).toEqual({
      transport: "shm",
      address: server.endpoint,
      sameUser: true,
      ...identity,
    });
    expect(connection.peer.processId).toBe(server.processId);
    await server.stop();

    const transport = sharedMemory(freshName());
    const { accepted } = await listen(transport);
    const client = await startClient(transport.endpoint, "raw");
    expect((await accepted()).peer).toMatchObject({ processId: client.pid, userSid: identity.userSid });
  });

  test("two connections of one client are independent", async () => {
    const server = await startServerProcess(`shm:${freshName()}`);
    const transport = sharedMemory(server.endpoint.slice("shm:".length));
    const [first, second] = await Promise.all([connect(transport, patient), connect(transport, patient)]);
    await first.client(Conformance).echoText("first");
    await first.close();
    expect(await second.client(Conformance).echoText("second")).toBe("second");
    await second.close();
    await server.stop();
  });

  test("64 clients at once are accepted and served, and leak nothing", async () => {
    const transport = sharedMemory(freshName(), { ringBytes: 4096 });
    const server = await serveConformance(transport);
    const clients = await Promise.all(Array.from({ length: 64 }, () => connect(transport, patient)));
    const answers = await Promise.all(clients.map((client, i) => client.client(Conformance).add(i, 1)));
    expect(answers).toEqual(clients.map((_, i) => i + 1));
    await Promise.all(clients.map((client) => client.close()));
    await server.close();
    // The wait threads of the system's pool stay for a while: one for 63 waits, with three handles
    // each.
    await expectNoHandlesLeft(40);
  });

  test("100 sequential connections leak no handle", async () => {
    const transport = sharedMemory(freshName(), { ringBytes: 4096 });
    const server = await serveConformance(transport);
    const once = async () => {
      const connection = await connect(transport, patient);
      await connection.client(Conformance).add(1, 1);
      await connection.close();
    };
    await once();
    const { ownHandleCount } = await win32();
    const before = ownHandleCount();
    for (let i = 0; i < 100; i++) await once();
    await expect.poll(ownHandleCount).toBeLessThanOrEqual(before + 10);
    await server.close();
  });

  test("100 idle connections do nothing at all", async () => {
    const polls = vi.spyOn(SharedMemoryConnection.prototype, "poll");
    onTestFinished(() => polls.mockRestore());
    const transport = sharedMemory(freshName(), { ringBytes: 4096 });
    const server = await serveConformance(transport);
    const clients = await Promise.all(Array.from({ length: 100 }, () => connect(transport, patient)));
    await Promise.all(clients.map((client) => client.client(Conformance).add(1, 1)));
    expect(polls).toHaveBeenCalled();
    await expect
      .poll(() => {
        const { length } = polls.mock.calls;
        polls.mockClear();
        return length;
      })
      .toBe(0);
    expect(await loopTurnsWithin(500)).toBeLessThan(50);
    expect(polls).not.toHaveBeenCalled();
    await Promise.all(clients.map((client) => client.close()));
    await server.close();
  });

  test.each(["idle", "flood"])("a killed client is detected at once: %s", async (mode) => {
    const transport = sharedMemory(freshName());
    let ended: Promise<{ readonly at: number }> | undefined;
    const conformance = await serveConformance({
      ...transport,
      listen: (acceptor) =>
        transport.listen({
          ...acceptor,
          accept(connection: TransportConnection) {
            ended ??= closing(connection);
            acceptor.accept(connection);
          },
        }),
    });
    const client = await startClient(transport.endpoint, mode);
    const killed = performance.now();
    await kill(client);
    const { at } = await (ended as Promise<{ readonly at: number }>);
    expect(at - killed).toBeLessThan(noticeMs);
    const again = await connect(transport, patient);
    expect(await again.client(Conformance).stats()).toMatchObject({ handlers: 0, connections: 1 });
    await again.close();
    await conformance.close();
  });

  test("bytes that a client wrote before it was killed are delivered, then its exit", async () => {
    const transport = sharedMemory(freshName());
    const { accepted } = await listen(transport);
    const client = await startClient(transport.endpoint, "raw");
    const connection = await accepted();
    await kill(client);
    await sleep(100);
    const received = Collector.on(connection);
    await received.isClosed();
    expect(received.texts).toEqual(["last words"]);
    expect(received.error?.code).toBe("unavailable");
    expect(received.error?.message).toContain("process ended");
  });

  test("a dead server's name is free at once, and dialing it is unavailable at once", async () => {
    const server = await startServerProcess(`shm:${freshName()}`);
    const transport = sharedMemory(server.endpoint.slice("shm:".length));
    expect((await refusal(transport.listen({ accept() {}, failed() {} }))).code).toBe("alreadyExists");
    await server.kill();
    const error = await refusal(transport.dial(never()));
    expect(error.code).toBe("unavailable");
    expect(error.message).toContain("no server is listening there");
    const next = await serveConformance(transport);
    await next.close();
  });

  test("a server that dies during a dial makes it unavailable", async () => {
    const place = await placeOf(freshName());
    const transport = sharedMemory(place.name);
    const { close } = await silentServer(place, process.pid);
    const silent = await refusal(transport.dial(AbortSignal.timeout(150)));
    expect(silent.message).toContain("is there but has not answered");
    const started = performance.now();
    const dialing = refusal(transport.dial(never()));
    setTimeout(close, 50);
    expect((await dialing).code).toBe("unavailable");
    expect(performance.now() - started).toBeLessThan(noticeMs);
  });

  test("requests that name nothing do not block others", async () => {
    const { FileMapping, NamedEvent } = await win32();
    const place = await placeOf(freshName());
    const transport = sharedMemory(place.name);
    const { listener, accepted } = await listen(transport);
    const mapping = FileMapping.open(rendezvousName(place), rendezvousBytes);
    for (let i = 0; i < 64; i++) {
      expect(postRequest(mapping.memory, { linkId: randomId(), capacity: 4096 }, 0)).toBe(true);
    }
    const connection = await dial(transport);
    Collector.on(connection);
    Collector.on(await accepted());
    const header = readRendezvousHeader(mapping.memory);
    if (typeof header === "string") throw new Error(header);
    for (const capacity of [0, 5, 2 ** 31, 64 * 1024 * 1024]) {
      postRequest(mapping.memory, { linkId: randomId(), capacity }, 0);
    }
    const wakeEvent = NamedEvent.open(wakeEventName(header.wakeEventId));
    wakeEvent.set();
    wakeEvent.close();
    mapping.close();
    Collector.on(await dial(transport));
    await listener.close();
  });

  test("a request whose id was overwritten is posted again", async () => {
    const { FileMapping } = await win32();
    const place = await placeOf(freshName());
    const transport = sharedMemory(place.name);
    const { accepted } = await listen(transport);
    const mapping = FileMapping.open(rendezvousName(place), rendezvousBytes);
    const dialing = dial(transport);
    // In the same turn, before the server looks, another client overwrites every slot.
    await Promise.resolve();
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
    for (let slot = 0; slot < 64; slot++) {
      mapping.memory.write(128 + slot * 32 + slotFields.linkId.offset, randomId());
    }
    Collector.on(await dialing);
    Collector.on(await accepted());
    mapping.close();
  });

  test("a name that another program holds is refused, in any size", async () => {
    const { FileMapping } = await win32();
    const place = await placeOf(freshName());
    const transport = sharedMemory(place.name);
    const squatted = FileMapping.create(rendezvousName(place), 64, "currentUser");
    const listening = await refusal(transport.listen({ accept() {}, failed() {} }));
    expect(listening).toMatchObject({ code: "alreadyExists" });
    expect(listening.message).toContain("another program");
    expect((await refusal(transport.dial(never()))).code).toMatch(/unavailable|failedPrecondition/);
    squatted.memory.store(0, 12345);
    expect((await refusal(transport.dial(never()))).code).toBe("failedPrecondition");
    squatted.close();
    await (await transport.listen({ accept() {}, failed() {} })).close();
  });

  test("a rendezvous and a guard of another user say permissionDenied", async () => {
    const { FileMapping, takeName } = await win32();
    const place = await placeOf(freshName());
    const transport = sharedMemory(place.name);
    const rendezvous = FileMapping.create(rendezvousName(place), rendezvousBytes, nobody);
    expect((await refusal(transport.dial(never()))).code).toBe("permissionDenied");
    const guard = takeName(guardName(place), "x", nobody);
    expect((await refusal(transport.listen({ accept() {}, failed() {} }))).code).toBe("permissionDenied");
    rendezvous.close();
    guard.close();
  });

  test("a client whose memory the server may not open is dropped, and the next one is accepted", async () => {
    const name = freshName();
    const { accepted } = await listen(sharedMemory(name));
    const refused = await refusal(sharedMemory(name, { access: nobody }).dial(AbortSignal.timeout(300)));
    expect(refused).toBeInstanceOf(RpcError);
    Collector.on(await dial(sharedMemory(name)));
    Collector.on(await accepted());
  });

  test("a server that claims to be another process is refused", async () => {
    const place = await placeOf(freshName());
    const { close } = await silentServer(place, process.pid, 1n);
    const error = await refusal(sharedMemory(place.name).dial(never()));
    expect(error.code).toBe("unavailable");
    close();
  });

  test("a server of another user is refused", async () => {
    const place = { ...(await placeOf(freshName())), userSid: "S-1-5-18" };
    const { close } = await silentServer(place, process.pid);
    const error = await refusal(sharedMemory(place.name, { servedBy: "S-1-5-18" }).dial(never()));
    expect(error.code).toBe("permissionDenied");
    expect(error.message).toContain("S-1-5-18");
    const unknown = await refusal(sharedMemory(place.name, { servedBy: "no such user" }).dial(never()));
    expect(unknown).toMatchObject({ code: "invalidArgument" });
    close();
  });

  test("a dial that is given up leaks nothing", async () => {
    const place = await placeOf(freshName());
    const { close } = await silentServer(place, process.pid);
    const { ownHandleCount } = await win32();
    const before = ownHandleCount();
    for (let i = 0; i < 20; i++) await refusal(sharedMemory(place.name).dial(AbortSignal.timeout(10)));
    await expect.poll(ownHandleCount).toBeLessThanOrEqual(before + 5);
    expect((await refusal(sharedMemory(place.name).dial(AbortSignal.abort()))).code).toBe("cancelled");
    close();
  });

  test("a client that writes anything anywhere ends its own connection and nothing else", async () => {
    const { FileMapping, NamedEvent, openPeerProcess, ownIdentity } = await win32();
    const { WindowsLink } = await import("./windows-link.js");
    const place = await placeOf(freshName());
    const transport = sharedMemory(place.name);
    const ends: (RpcError | undefined)[] = [];
    const listener = await transport.listen({
      accept: (connection) =>
        connection.start({ message() {}, drained() {}, closed: (error) => void ends.push(error) }),
      failed() {},
    });
    const rendezvous = FileMapping.open(rendezvousName(place), rendezvousBytes);
    const header = readRendezvousHeader(rendezvous.memory);
    if (typeof header === "string") throw new Error(header);
    const wakeEvent = NamedEvent.open(wakeEventName(header.wakeEventId));
    const { processId, startTime } = ownIdentity();
    const rounds = 60;
    for (let round = 0; round < rounds; round++) {
      const request = { linkId: randomId(), capacity: 4096 };
      const link = WindowsLink.offer(transport.endpoint, request, {
        access: "currentUser",
        server: openPeerProcess(processId, startTime),
      });
      postRequest(rendezvous.memory, request, round);
      wakeEvent.set();
      await expect.poll(() => linkState(link.memory), { interval: 1 }).toBe("accepted");
      const { toServer, toClient } = ringPlaces(4096);
      const words = [...Object.values(toServer), ...Object.values(toClient)].map((offset) => offset & ~3);
      for (let i = 0; i < 200 && ends.length === round; i++) {
        const offset = words[Math.floor(Math.random() * words.length)] as number;
        link.memory.store(offset, Math.floor(Math.random() * 2 ** 32));
        link.wakePeer();
        if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      link.memory.store(toServer.ended, 2);
      link.wakePeer();
      await expect.poll(() => ends.length, { interval: 1 }).toBe(round + 1);
      await link.release();
    }
    const codes = new Set(ends.map((error) => error?.code));
    for (const code of codes)
      expect(["internal", "resourceExhausted", "unavailable", undefined]).toContain(code);
    expect(codes).toContain("internal");
    wakeEvent.close();
    rendezvous.close();
    const { accepted, listener: second } = await listen(sharedMemory(freshName()));
    Collector.on(await dial(sharedMemory(second.endpoint.slice("shm:".length))));
    Collector.on(await accepted());
    await listener.close();
  });

  test("receiveSync gets the answer of another process without the event loop", async () => {
    const server = await startServerProcess(`shm:${freshName()}`);
    const connection: Connection = await connect(sharedMemory(server.endpoint.slice("shm:".length)), patient);
    const raw = await sharedMemory(server.endpoint.slice("shm:".length)).dial(never());
    const received = new Collector();
    raw.start(received);
    expect(raw.receiveSync?.(20)).toBe(false);
    // A malformed message: the server ends the connection, which is an answer too.
    raw.send(text("nonsense"));
    while (received.closedCalls === 0) raw.receiveSync?.(100);
    expect(received.closedCalls).toBe(1);
    await raw.close();
    await connection.close();
    await server.stop();
  });

  test("receiveSync fails when the other process exits", async () => {
    const server = await startServerProcess(`shm:${freshName()}`);
    const raw = await sharedMemory(server.endpoint.slice("shm:".length)).dial(never());
    const received = new Collector();
    raw.start(received);
    process.kill(server.processId, "SIGKILL");
    const started = performance.now();
    while (received.closedCalls === 0 && performance.now() - started < noticeMs) raw.receiveSync?.(50);
    expect(received.error?.code).toBe("unavailable");
    expect(performance.now() - started).toBeLessThan(noticeMs);
    await raw.close();
    await server.kill().catch(() => {});
  });
});

/** Resolves when a connection has ended. */
async function closing(connection: TransportConnection): Promise<{ readonly at: number }> {
  const start = connection.start.bind(connection);
  return new Promise((resolve) => {
    connection.start = (receiver) =>
      start({
        message: (bytes) => receiver.message(bytes),
        drained: () => receiver.drained(),
        closed(error) {
          resolve({ at: performance.now() });
          receiver.closed(error);
        },
      });
  });
}

/** A rendezvous without a server. */
async function silentServer(place: Place, serverProcessId: number, startTime?: bigint) {
  const { FileMapping, NamedEvent, ownIdentity } = await win32();
  const { writeRendezvousHeader } = await import("./rendezvous.js");
  const mapping = FileMapping.create(rendezvousName(place), rendezvousBytes, "currentUser");
  const wakeEventId = randomId();
  const wakeEvent = NamedEvent.create(wakeEventName(wakeEventId), "currentUser");
  const serverStartTime = startTime ?? ownIdentity().startTime;
  writeRendezvousHeader(mapping.memory, { serverProcessId, serverStartTime, wakeEventId });
  return {
    close() {
      mapping.close();
      wakeEvent.close();
    },
  };
}
