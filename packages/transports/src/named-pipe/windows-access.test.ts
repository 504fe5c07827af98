import { describe, expect, test } from "vitest";
import { closeAfterEach, dial, freshName, listen, ownPipePath } from "../test-support/links.js";
import { noticeMs } from "../test-support/notice-ms.js";
import { built, runCode } from "../test-support/windows-process.js";
import type { Handle } from "../win32/types.js";
import type { NamedPipeOptions } from "./named-pipe-options.js";
import { namedPipe } from "./named-pipe-transport.js";
import { sharedPipePath } from "./pipe-name.js";

const onWindows = process.platform === "win32";
const system = "S-1-5-18";

closeAfterEach();

/** A program that takes a pipe without the mutex. */
const squat = (path: string, sddl: string) =>
  runCode(`
    const { createInstance } = await import("${built("named-pipe")}pipe-instance.js");
    globalThis.kept = createInstance(${JSON.stringify(path)}, ${JSON.stringify(sddl)}, true);
    console.log("ready");`);

describe("options", () => {
  test.each([
    [{ access: "everyone" }, "access must be"],
    [{ access: {} }, "access must be"],
    [{ access: { users: "Bob" } }, "access must be"],
    [{ access: { sddl: "" } }, "access must be"],
    [{ servedBy: [] }, "servedBy must list"],
    [{ servedBy: "Bob" }, "servedBy must list"],
  ])("of the wrong form are refused: %j", (options, problem) => {
    expect(() => namedPipe("x", options as NamedPipeOptions)).toThrow(
      expect.objectContaining({ code: "invalidArgument", message: expect.stringContaining(problem) }),
    );
  });

  test.runIf(!onWindows)("that widen access need Windows", () => {
    for (const options of [{ access: { users: [] } }, { servedBy: ["root"] }]) {
      expect(() => namedPipe("x", options)).toThrow(expect.objectContaining({ code: "unimplemented" }));
    }
    expect(() => namedPipe("x", { access: "currentUser" })).not.toThrow();
  });
});

describe.runIf(onWindows)("access to a Windows pipe", () => {
  test("the pipe belongs to this user and admits no other", async () => {
    const { listener } = await listen(namedPipe(freshName()));
    const { descriptorOf, ownIdentity } = await tools();
    const sid = ownIdentity().userSid;
    const path = await ownPipePath(listener.endpoint.slice("pipe:".length));
    expect(await descriptorOf(path)).toBe(`O:${sid}D:P(D;;GA;;;NU)(A;;GA;;;${sid})`);
  });

  test("other users may use a shared pipe and not make instances of it", async () => {
    const name = freshName();
    await listen(namedPipe(name, { access: { users: ["S-1-5-32-545"] } }));
    const { descriptorOf, ownIdentity } = await tools();
    const sid = ownIdentity().userSid;
    expect(await descriptorOf(sharedPipePath(name))).toMatch(
      new RegExp(`^O:${sid}D:P\\(D;;GA;;;NU\\)\\(A;;GA;;;${sid}\\)\\(A;;0x12019b;;;(BU|S-1-5-32-545)\\)$`),
    );
  });

  test("a security descriptor is used unchanged, with this user as the owner", async () => {
    const name = freshName();
    const { descriptorOf, ownIdentity } = await tools();
    const sid = ownIdentity().userSid;
    await listen(namedPipe(name, { access: { sddl: `D:P(A;;GA;;;${sid})` } }));
    expect(await descriptorOf(sharedPipePath(name))).toBe(`O:${sid}D:P(A;;GA;;;${sid})`);
  });

  test("this user's programs find a shared pipe without options, and the user's own pipe before it", async () => {
    const name = freshName();
    const shared = await listen(namedPipe(name, { access: { users: [] } }));
    await dial(namedPipe(shared.listener.endpoint.slice("pipe:".length)));
    expect((await shared.accepted()).peer.address).toBe(sharedPipePath(name));
    const own = await listen(namedPipe(name));
    await dial(namedPipe(name));
    expect((await own.accepted()).peer.address).toBe(await ownPipePath(name));
  });

  test("a server of another user than expected is refused, by process and program", async () => {
    const name = freshName();
    const { accepted } = await listen(namedPipe(name, { access: { users: [] } }));
    const refused = namedPipe(name, { servedBy: [system] }).dial(new AbortController().signal);
    await expect(refused).rejects.toMatchObject({ code: "permissionDenied" });
    const { message } = (await refused.catch((error: unknown) => error)) as Error;
    expect(message).toContain(`dial pipe:${name}: process ${process.pid} (${process.execPath})`);
    expect(message).toContain(`not to ${system}`);
    // Nothing was sent to it.
    const connection = await accepted();
    const told: unknown[] = [];
    await new Promise<void>((closed) =>
      connection.start({ message: (bytes) => void told.push(bytes), drained() {}, closed: () => closed() }),
    );
    expect(told).toEqual([]);
    await expect(
      dial(namedPipe(name, { servedBy: [(await tools()).ownIdentity().userSid] })),
    ).resolves.toBeDefined();
  });

  test("an impostor's pipe that belongs to another user is refused, if the system allows it at all", async () => {
    const { createInstance } = await import("./pipe-instance.js");
    const name = freshName();
    let impostor: Disposable;
    try {
      impostor = createInstance(await ownPipePath(name), `O:${system}D:P(A;;GA;;;WD)`, true);
    } catch (error) {
      // ERROR_INVALID_OWNER: Windows does not allow it.
      expect(String(error)).toContain("1307");
      return;
    }
    using _ = impostor;
    await expect(dial(namedPipe(name))).rejects.toMatchObject({
      code: "permissionDenied",
      message: expect.stringContaining(`its pipe belongs to ${system}`),
    });
  });

  test("the user of the server's process counts as well as the owner of the pipe", async () => {
    const { createInstance } = await import("./pipe-instance.js");
    const { verifyServer } = await import("./verify-server.js");
    const { ownIdentity } = await tools();
    const own = ownIdentity().userSid;
    const path = await ownPipePath(freshName());
    using pipe = createInstance(path, `O:${own}D:P(A;;GA;;;${own})`, true);
    const peer = { transport: "pipe", address: path, processId: 4 };
    expect(() => verifyServer(pipe.value, peer, { expected: [own], endpoint: "pipe:x" })).not.toThrow();
    expect(() =>
      verifyServer(pipe.value, { ...peer, userSid: system }, { expected: [own], endpoint: "pipe:x" }),
    ).toThrow(
      expect.objectContaining({ code: "permissionDenied", message: expect.stringContaining(system) }),
    );
    expect(() => verifyServer(0 as Handle, peer, { expected: [own], endpoint: "pipe:x" })).toThrow(
      expect.objectContaining({
        code: "permissionDenied",
        message: expect.stringContaining("cannot be read"),
      }),
    );
  });

  test("a program that took the pipe first excludes the server, under any user", async () => {
    const name = freshName();
    const { ownIdentity } = await tools();
    const squatter = await squat(await ownPipePath(name), `D:P(A;;GA;;;${ownIdentity().userSid})`);
    await expect(listen(namedPipe(name))).rejects.toMatchObject({
      code: "alreadyExists",
      message: expect.stringContaining(`listen on pipe:${name}: another program has the pipe`),
    });
    await squatter.kill();
    await listen(namedPipe(name));
  });

  test("two servers of one name do not share clients, in one process or two, and a killed one frees it", async () => {
    const name = freshName();
    const taken = { code: "alreadyExists", message: expect.stringContaining(`listen on pipe:${name}`) };
    const other = await runCode(`
      const { namedPipe } = await import("${built("named-pipe")}index.js");
      await namedPipe("${name}").listen({ accept() {}, failed() {} });
      console.log("ready");`);
    const client = await dial(namedPipe(name));
    expect(client.peer.processId).toBe(other.processId);
    await expect(listen(namedPipe(name.toUpperCase()))).rejects.toMatchObject({ code: "alreadyExists" });
    await expect(listen(namedPipe(name))).rejects.toMatchObject(taken);
    await other.kill();
    const started = performance.now();
    const { listener } = await listen(namedPipe(name));
    expect(performance.now() - started).toBeLessThan(noticeMs);
    await expect(listen(namedPipe(name))).rejects.toMatchObject(taken);
    expect(listener.endpoint).toBe(`pipe:${name}`);
  });

  test("of servers that start at the same time, one gets the name", async () => {
    const name = freshName();
    const starts = await Promise.allSettled(Array.from({ length: 8 }, () => listen(namedPipe(name))));
    expect(starts.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});

async function tools() {
  const { ownIdentity } = await import("../win32/process-identity.js");
  const { openPipe } = await import("./open-pipe.js");
  const { objectDescriptor } = await import("../test-support/object-descriptor.js");
  const descriptorOf = async (path: string) => {
    using pipe = (await openPipe([path], path, new AbortController().signal)).pipe;
    return objectDescriptor(pipe.value);
  };
  return { ownIdentity, descriptorOf };
}
