import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { RpcError } from "@crosspane/core";
import type { TransportConnection } from "@crosspane/core/transport";
import { describe, expect, onTestFinished, test } from "vitest";
import { Collector } from "../test-support/collector.js";
import { closeAfterEach, dial, freshName, listen, own } from "../test-support/links.js";
import type { Access } from "../win32/access.js";
import { rendezvousBytes } from "./layout.js";
import { randomId, rendezvousName, wakeEventName } from "./object-names.js";
import { type Request, takeRequests } from "./rendezvous.js";
import { SharedMemoryConnection } from "./shared-memory-connection.js";
import { sharedMemory } from "./shared-memory-transport.js";

/** Modules that load only on Windows. */
const win32 = async () => ({
  ...(await import("./windows-link.js")),
  ...(await import("../win32/file-mapping.js")),
  ...(await import("../win32/named-event.js")),
  ...(await import("../win32/process-identity.js")),
});

/** The owner of its objects is a group, not the user that created them. */
const ownedByAnother: Access = { sddl: "O:BAD:P(A;;GA;;;WD)" };

const refusal = (promise: Promise<unknown>): Promise<RpcError> =>
  promise.then(
    () => {
      throw new Error("it was accepted");
    },
    (error: RpcError) => error,
  );

closeAfterEach();

describe.runIf(process.platform === "win32")("shm, dialed by hand", () => {
  /**
   * A server of this process, or one that claims to be another process, which takes the requests
   * when the test calls it.
   */
  async function handServer(access: Access = "currentUser", name = freshName(), server?: ChildProcess) {
    const { FileMapping, NamedEvent, WindowsLink, identifyProcess, openProcess, ownIdentity } = await win32();
    const { writeRendezvousHeader } = await import("./rendezvous.js");
    const { userSid, sessionId } = ownIdentity();
    const processId = server?.pid ?? process.pid;
    using handle = openProcess(processId);
    const { startTime } = identifyProcess(handle.value, processId);
    const mapping = FileMapping.create(rendezvousName({ userSid, sessionId, name }), rendezvousBytes, access);
    const wakeEventId = randomId();
    const wakeEvent = NamedEvent.create(wakeEventName(wakeEventId), access);
    writeRendezvousHeader(mapping.memory, {
      serverProcessId: processId,
      serverStartTime: startTime,
      wakeEventId,
    });
    return {
      name,
      accept: (request: Request) => WindowsLink.accept(`shm:${name}`, request, () => {}),
      async request(): Promise<Request> {
        for (;;) {
          const [request] = takeRequests(mapping.memory);
          if (request !== undefined) return request;
          await sleep(1);
        }
      },
      close() {
        mapping.close();
        wakeEvent.close();
      },
    };
  }

  test("a request that was posted twice is accepted once, and the client notices nothing", async () => {
    const server = await handServer();
    const dialing = dial(sharedMemory(server.name));
    const request = await server.request();
    const accepted = own(new SharedMemoryConnection(server.accept(request)));
    expect(() => server.accept(request)).toThrow(RpcError);
    Collector.on(await dialing);
    Collector.on(accepted);
    server.close();
  });

  test("a request that mixes the words of two clients costs neither its connection", async () => {
    const server = await handServer();
    const dialing = dial(sharedMemory(server.name, { ringBytes: 65536 }));
    const request = await server.request();
    expect(() => server.accept({ ...request, capacity: 4096 })).toThrow(RpcError);
    own(new SharedMemoryConnection(server.accept(await server.request())));
    Collector.on(await dialing);
    server.close();
  });

  test("the server notices at once that a dial was given up at the last moment", async () => {
    const server = await handServer();
    const controller = new AbortController();
    const dialing = refusal(sharedMemory(server.name).dial(controller.signal));
    const request = await server.request();
    controller.abort();
    const accepted = own(new SharedMemoryConnection(server.accept(request)));
    const received = Collector.on(accepted);
    expect((await dialing).code).toBe("cancelled");
    await received.isClosed();
    expect(received.error?.code).toBe("unavailable");
    server.close();
  });

  test("a dial starts over if the next server of the name takes its request", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    onTestFinished(() => void child.kill());
    await once(child, "spawn");
    const first = await handServer("currentUser", freshName(), child);
    const dialing = refusal(sharedMemory(first.name).dial(AbortSignal.timeout(120_000)));
    // The first server takes the request and exits before it has answered.
    await first.request();
    first.close();
    const next = await handServer("currentUser", first.name);
    const answered = next.request().then((request) => own(new SharedMemoryConnection(next.accept(request))));
    const error = await dialing;
    expect(error.code).toBe("unavailable");
    const connection = await dial(sharedMemory(first.name));
    expect(connection.peer.processId).toBe(process.pid);
    await answered;
    next.close();
  });

  test("a client whose memory the server may not open gets permissionDenied", async () => {
    const transport = sharedMemory(freshName());
    await listen(transport);
    const closed: Access = { sddl: "D:P(A;;GA;;;SY)" };
    const name = transport.endpoint.slice("shm:".length);
    const error = await refusal(sharedMemory(name, { access: closed }).dial(AbortSignal.timeout(120_000)));
    expect(error.message).toContain("may not open");
    expect(error.code).toBe("unavailable");
  });

  test("a client is identified by the owner of its memory, not by the process that it claims", async () => {
    const server = await handServer();
    const dialing = refusal(
      sharedMemory(server.name, { access: ownedByAnother }).dial(AbortSignal.timeout(120_000)),
    );
    const request = await server.request();
    expect(() => server.accept(request)).toThrow("belongs to S-1-5-32-544");
    expect((await dialing).code).toBe("permissionDenied");
    server.close();
  });

  test("a server is identified by the owner of its rendezvous, not by the process that it claims", async () => {
    const server = await handServer(ownedByAnother);
    const error = await refusal(sharedMemory(server.name).dial(AbortSignal.timeout(120_000)));
    expect(error.code).toBe("permissionDenied");
    expect(error.message).toContain("S-1-5-32-544");
    server.close();
  });

  test("the peer of a terminated worker notices it at once", async () => {
    const transport = sharedMemory(freshName());
    const { accepted } = await listen(transport);
    const built = new URL("../../dist/shared-memory/index.js", import.meta.url);
    const code = `
      const { sharedMemory } = await import("${built}");
      const { parentPort } = await import("node:worker_threads");
      const connection = await sharedMemory("${transport.endpoint.slice("shm:".length)}").dial(new AbortController().signal);
      connection.start({ message() {}, drained() {}, closed() {} });
      parentPort.postMessage("up");`;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
    const [connection] = await Promise.all([accepted(), once(worker, "message")]);
    const received = Collector.on(connection as TransportConnection);
    await worker.terminate();
    await received.isClosed();
    expect(received.error?.code).toBe("unavailable");
  });
});
