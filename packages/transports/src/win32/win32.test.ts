import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { RpcError } from "@crosspane/core";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { noticeMs } from "../test-support/notice-ms.js";
import type { Access } from "./access.js";
import type { FileMapping } from "./file-mapping.js";

/** Modules of the system load only on Windows. */
const onWindows = process.platform === "win32";

const win32 = async () => ({
  ...(await import("./advapi32.js")),
  ...(await import("./file-mapping.js")),
  ...(await import("./kernel32.js")),
  ...(await import("../test-support/handle-count.js")),
  ...(await import("./name-guard.js")),
  ...(await import("./named-event.js")),
  ...(await import("./owned-handle.js")),
  ...(await import("./process-identity.js")),
  ...(await import("./security-attributes.js")),
  ...(await import("./token.js")),
  ...(await import("./watch-handle.js")),
  ...(await import("./win32-error.js")),
});

let names = 0;
const freshName = () => `Local\\crosspane-test-${process.pid}-${++names}`;

function refusal(run: () => unknown): RpcError {
  try {
    run();
  } catch (thrown) {
    return thrown as RpcError;
  }
  throw new Error("it was accepted");
}

describe.runIf(onWindows)("win32", () => {
  let before = 0;
  // The system keeps the waiting threads and their handles for a while.
  beforeAll(async () => {
    const { NamedEvent, watchHandle } = await win32();
    const events = Array.from({ length: 200 }, () => NamedEvent.create(freshName(), "currentUser"));
    const watches = events.map((event) => watchHandle(event.value, () => {}));
    await Promise.all(watches.map((watch) => watch.close()));
    for (const event of events) event.close();
  });
  beforeEach(async () => {
    const { ownHandleCount } = await win32();
    await readFile(fileURLToPath(import.meta.url));
    before = ownHandleCount();
  });
  afterEach(async () => {
    const { ownHandleCount } = await win32();
    await expect.poll(ownHandleCount).toBeLessThanOrEqual(before + 2);
  });

  test("an error names operation, object, code and the system's text", async () => {
    const { FileMapping } = await win32();
    const error = refusal(() => FileMapping.open("Local\\crosspane-nothing", 4096));
    expect(error.code).toBe("unavailable");
    expect(error.message).toMatch(/^OpenFileMappingW Local\\crosspane-nothing: Windows error 2 \(.+\)$/);
  });

  test("a handle is closed once, and is not usable afterwards", async () => {
    const { NamedEvent } = await win32();
    const event = NamedEvent.create(freshName(), "currentUser");
    event.close();
    event.close();
    expect(event.isClosed).toBe(true);
    expect(() => event.set()).toThrow("after it was closed");
  });

  test("this process and another one are known by user, session, path and start", async () => {
    const { ownIdentity, openProcess, identifyProcess } = await win32();
    const own = ownIdentity();
    expect(own).toMatchObject({ processId: process.pid, imagePath: process.execPath });
    expect(own.userSid).toMatch(/^S-1-5-/);
    expect(typeof own.elevated).toBe("boolean");
    const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"], { stdio: "ignore" });
    const handle = openProcess(child.pid as number);
    const identity = identifyProcess(handle.value, child.pid as number);
    expect(identity).toMatchObject({
      userSid: own.userSid,
      sessionId: own.sessionId,
      imagePath: own.imagePath,
    });
    expect(identity.startTime).toBeGreaterThan(own.startTime);
    child.kill();
    await once(child, "exit");
    handle.close();
  });

  test("a token reports its enabled groups", async () => {
    const { getCurrentProcess, isEnabledMember, OwnedHandle, openProcessToken } = await win32();
    const opened = new BigInt64Array(1);
    expect(openProcessToken(getCurrentProcess(), 0x8, opened)).not.toBe(0);
    using token = new OwnedHandle(Number(opened[0]) as never, "this process's token");
    const everyone = "S-1-1-0";
    expect(isEnabledMember(token.value, everyone, "this process")).toBe(true);
    expect(isEnabledMember(token.value, "S-1-5-21-1-2-3-4", "this process")).toBe(false);
  });

  test("a process that does not exist is unavailable", async () => {
    const { openProcess } = await win32();
    expect(refusal(() => openProcess(0x7fff_fff0)).code).toBe("unavailable");
  });

  test("a name is taken until the guard is closed", async () => {
    const { takeName } = await win32();
    const name = freshName();
    const guard = takeName(name, "pipe:x", "currentUser");
    const error = refusal(() => takeName(name, "pipe:x", "currentUser"));
    expect(error).toMatchObject({ code: "alreadyExists" });
    expect(error.message).toContain("listen on pipe:x");
    guard.close();
    takeName(name, "pipe:x", "currentUser").close();
  });

  test("objects that deny all access fail with permissionDenied", async () => {
    const { FileMapping, NamedEvent, takeName } = await win32();
    const nobody: Access = { sddl: "D:P" };
    const [section, event, mutex] = [freshName(), freshName(), freshName()];
    const mapping = FileMapping.create(section, 4096, nobody);
    const made = NamedEvent.create(event, nobody);
    const guard = takeName(mutex, "x", nobody);
    expect(refusal(() => FileMapping.open(section, 4096)).code).toBe("permissionDenied");
    expect(refusal(() => NamedEvent.open(event)).code).toBe("permissionDenied");
    expect(refusal(() => takeName(mutex, "x", "currentUser")).code).toBe("permissionDenied");
    for (const each of [mapping, made, guard]) each.close();
  });

  test("a descriptor is owned by the user, grants the user, and is closed to the network", async () => {
    const { accessSddl, ownIdentity } = await win32();
    const sid = ownIdentity().userSid;
    expect(accessSddl("currentUser", "pipe")).toBe(`O:${sid}D:P(D;;GA;;;NU)(A;;GA;;;${sid})`);
    expect(accessSddl({ users: ["S-1-5-32-545"] }, "pipe")).toBe(
      `O:${sid}D:P(D;;GA;;;NU)(A;;GA;;;${sid})(A;;0x12019b;;;S-1-5-32-545)`,
    );
    expect(accessSddl({ users: ["Everyone"] }, "event")).toContain("(A;;0x100003;;;S-1-1-0)");
    const unknown = refusal(() => accessSddl({ users: ["no such user"] }, "event"));
    expect(unknown).toMatchObject({ code: "invalidArgument" });
    expect(unknown.message).toContain('"no such user"');
    // A machine is found by its name as well, and a grant to it would have no effect.
    const machine = refusal(() => accessSddl({ users: [process.env["COMPUTERNAME"] ?? ""] }, "event"));
    expect(machine).toMatchObject({ code: "invalidArgument" });
    expect(accessSddl({ users: ["s-1-5-32-545"] }, "event")).toContain(";;;S-1-5-32-545)");
  });

  test("no object is created with an invalid descriptor", async () => {
    const { FileMapping } = await win32();
    const name = freshName();
    expect(refusal(() => FileMapping.create(name, 4096, { sddl: "nonsense" })).code).toBe("invalidArgument");
    expect(refusal(() => FileMapping.open(name, 4096)).code).toBe("unavailable");
  });

  describe.each(["view", "copies"])("memory by %s", (kind) => {
    beforeEach(() => {
      process.env["CROSSPANE_COPYING_MEMORY"] = kind === "copies" ? "1" : "0";
    });
    afterEach(() => {
      delete process.env["CROSSPANE_COPYING_MEMORY"];
    });

    async function pair(): Promise<readonly [FileMapping, FileMapping]> {
      const { FileMapping } = await win32();
      const name = freshName();
      return [FileMapping.create(name, 8192, "currentUser"), FileMapping.open(name, 8192)];
    }

    test("one side reads what the other wrote", async () => {
      const [a, b] = await pair();
      expect(a.memory.view === undefined).toBe(kind === "copies");
      a.memory.store(128, -7);
      expect(b.memory.load(128)).toBe(-7);
      a.memory.write(1000, Buffer.from("across"));
      const read = Buffer.alloc(6);
      b.memory.read(1000, read);
      expect(read.toString()).toBe("across");
      a.close();
      b.close();
    });

    test("unmapped memory cannot be accessed", async () => {
      const [a, b] = await pair();
      a.close();
      a.close();
      expect(() => b.memory.load(0)).not.toThrow();
      expect(() => a.memory.write(0, Buffer.from("x"))).toThrow();
      expect(() => a.memory.read(0, Buffer.alloc(8192))).toThrow();
      b.close();
    });

    test("a mapping that exists is not taken over, and a smaller one is refused", async () => {
      const { FileMapping } = await win32();
      const name = freshName();
      const small = FileMapping.create(name, 4096, "currentUser");
      expect(refusal(() => FileMapping.create(name, 65536, "currentUser")).code).toBe("alreadyExists");
      const refused = refusal(() => FileMapping.open(name, 65536));
      expect(refused).toMatchObject({ code: "failedPrecondition" });
      expect(refused.message).toContain("4096 bytes of memory, not 65536");
      small.close();
    });
  });

  test("memory that is only reserved is refused, because reading it would end the process", async () => {
    const { FileMapping } = await win32();
    const { closeHandle, createFileMapping } = await import("./kernel32.js");
    const { invalidHandle } = await import("./types.js");
    const [readWrite, reserveOnly] = [0x4, 0x400_0000];
    const name = freshName();
    const handle = createFileMapping(invalidHandle, null, readWrite | reserveOnly, 0, 65536, name);
    expect(handle).not.toBe(0);
    const refused = refusal(() => FileMapping.open(name, 65536));
    expect(refused).toMatchObject({ code: "failedPrecondition" });
    expect(refused.message).toContain("0 bytes of memory");
    closeHandle(handle);
  });

  test("a manual-reset event is refused, because a watch of it would report without end", async () => {
    const { NamedEvent } = await win32();
    const { closeHandle, createEvent } = await import("./kernel32.js");
    const name = freshName();
    const handle = createEvent(null, 1, 1, name);
    expect(handle).not.toBe(0);
    expect(refusal(() => NamedEvent.open(name)).code).toBe("failedPrecondition");
    closeHandle(handle);
  });

  test("an event wakes its watch repeatedly, but not after the watch was closed", async () => {
    const { NamedEvent, watchHandle } = await win32();
    const name = freshName();
    const event = NamedEvent.create(name, "currentUser");
    const other = NamedEvent.open(name);
    let wakes = 0;
    const watch = watchHandle(event.value, () => wakes++);
    for (let i = 1; i <= 20; i++) {
      other.set();
      await expect.poll(() => wakes).toBe(i);
    }
    await watch.close();
    await watch.close();
    other.set();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(wakes).toBe(20);
    event.close();
    other.close();
  });

  test("a suspended watch consumes no signal and resumes afterwards", async () => {
    const { NamedEvent, watchHandle } = await win32();
    const { waitForSingleObject } = await import("./kernel32.js");
    const event = NamedEvent.create(freshName(), "currentUser");
    let wakes = 0;
    const watch = watchHandle(event.value, () => wakes++);
    for (let round = 0; round < 50; round++) {
      const got = watch.suspended(() => {
        event.set();
        return waitForSingleObject(event.value, 1_000);
      });
      expect(got).toBe(0);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(wakes).toBe(0);
    event.set();
    await expect.poll(() => wakes).toBe(1);
    await watch.close();
    event.close();
  });

  test("promises and ticks run after a wake", async () => {
    const { NamedEvent, watchHandle } = await win32();
    const event = NamedEvent.create(freshName(), "currentUser");
    const order: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const watch = watchHandle(event.value, () => {
      process.nextTick(() => order.push("tick"));
      void Promise.resolve().then(() => order.push("promise"));
      setImmediate(resolve);
    });
    event.set();
    await promise;
    expect(order).toEqual(["tick", "promise"]);
    await watch.close();
    event.close();
  });

  test("the end of a process is reported once and promptly", async () => {
    const { openProcess, watchHandle } = await win32();
    const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"], { stdio: "ignore" });
    const handle = openProcess(child.pid as number);
    let ends = 0;
    const watch = watchHandle(handle.value, () => ends++, { once: true });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(ends).toBe(0);
    const killed = performance.now();
    child.kill("SIGKILL");
    await expect.poll(() => ends, { interval: 5 }).toBe(1);
    expect(performance.now() - killed).toBeLessThan(noticeMs);
    await watch.close();
    handle.close();
  });

  test("two hundred watches take no thread of libuv's pool", async () => {
    const { NamedEvent, watchHandle } = await win32();
    const events = Array.from({ length: 200 }, () => NamedEvent.create(freshName(), "currentUser"));
    const woken = new Set<number>();
    const watches = events.map((event, i) => watchHandle(event.value, () => woken.add(i)));
    // Would never complete if each watch took a thread of the pool.
    await readFile(fileURLToPath(import.meta.url));
    for (const event of events) event.set();
    await expect.poll(() => woken.size).toBe(200);
    await Promise.all(watches.map((watch) => watch.close()));
    for (const event of events) event.close();
  });

  test.each([
    ["a process that ends with a watch open", "process.exit(7)", 7],
    ["a process that has nothing but a watch", "", 0],
    [
      "a process that exits inside a wake",
      "event.set(); watch.ref(); globalThis.onWake = () => process.exit(9)",
      9,
    ],
  ])("%s exits as it should", async (_name, then, code) => {
    expect(await exitCode(then, false)).toBe(code);
  });

  test.each(["wait", "busy"])("a worker that is terminated (%s) releases everything", async (how) => {
    const { FileMapping, takeName } = await win32();
    const [section, mutex] = [freshName(), freshName()];
    const built = new URL("../../dist/win32/", import.meta.url);
    const code = `
      const { FileMapping } = await import("${built}file-mapping.js");
      const { NamedEvent } = await import("${built}named-event.js");
      const { takeName } = await import("${built}name-guard.js");
      const { watchHandle } = await import("${built}watch-handle.js");
      const { parentPort } = await import("node:worker_threads");
      const event = NamedEvent.create(${JSON.stringify(freshName())}, "currentUser");
      takeName(${JSON.stringify(mutex)}, "x", "currentUser");
      FileMapping.create(${JSON.stringify(section)}, 65536, "currentUser");
      watchHandle(event.value, () => {}).ref();
      parentPort.postMessage("up");
      setInterval(() => event.set(), 1);
      ${how === "busy" ? "for (;;) event.set();" : ""}`;
    for (let round = 0; round < 3; round++) {
      const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
      await once(worker, "message");
      await new Promise((resolve) => setTimeout(resolve, 20));
      await worker.terminate();
      expect(refusal(() => FileMapping.open(section, 65536)).code).toBe("unavailable");
      takeName(mutex, "x", "currentUser").close();
    }
  });

  test.each([
    ["that ends", "", 0],
    ["that exits", "process.exit(5)", 5],
  ])("a worker %s with a watch open does not take the process with it", async (_name, then, code) => {
    expect(await exitCode(then, true)).toBe(code);
  });
});

/** Runs the built code in a process, or in a worker of one, and returns its exit code. */
async function exitCode(then: string, inWorker: boolean): Promise<number> {
  const built = new URL("../../dist/win32/", import.meta.url);
  const code = `
    const { NamedEvent } = await import("${built}named-event.js");
    const { watchHandle } = await import("${built}watch-handle.js");
    const event = NamedEvent.create("Local\\\\crosspane-exit-" + process.pid + Math.random(), "currentUser");
    const watch = watchHandle(event.value, () => globalThis.onWake?.());
    ${then}`;
  if (inWorker) {
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
    const [exit] = await once(worker, "exit");
    return exit;
  }
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: "inherit" });
  const [exit] = await once(child, "exit");
  return exit;
}
