import { describe, expect, test, vi } from "vitest";
import { dial, freshName, listen, own } from "../test-support/links.js";
import { namedPipe } from "./named-pipe-transport.js";

const onWindows = process.platform === "win32";

/**
 * Rules that Wine does not enforce are checked at the call: the real functions run, and their
 * arguments are recorded. Nothing of it is loaded on other systems than Windows.
 */
const calls = vi.hoisted(() => ({ createNamedPipe: [] as unknown[][], createFile: [] as unknown[][] }));

vi.mock("../win32/kernel32.js", async (load) => {
  const real = await load<typeof import("../win32/kernel32.js")>();
  return {
    ...real,
    createNamedPipe: (...values: Parameters<typeof real.createNamedPipe>) => {
      calls.createNamedPipe.push(
        values.map((value) => (Buffer.isBuffer(value) ? Buffer.from(value) : value)),
      );
      return real.createNamedPipe(...values);
    },
    createFile: (...values: Parameters<typeof real.createFile>) => {
      calls.createFile.push(values);
      return real.createFile(...values);
    },
  };
});

const duplexOverlapped = 0x4000_0003;
const firstInstance = 0x0008_0000;
const rejectRemoteClients = 0x8;

describe.runIf(onWindows)("the calls that make and open a pipe", () => {
  test("the first instance refuses to join another, and each is closed to other machines", async () => {
    const { listener, accepted } = await listen(namedPipe(freshName()));
    await dial(namedPipe(listener.endpoint.slice("pipe:".length)));
    own(await accepted());
    await listener.close();
    const made = calls.createNamedPipe.splice(0);
    expect(made).toHaveLength(5);
    for (const [i, [path, openMode, pipeMode, instances, out, inward, timeout, security]] of made.entries()) {
      expect(path).toMatch(/^\\\\\.\\pipe\\crosspane-[0-9a-f]{32}-test-/);
      expect(openMode).toBe(i === 0 ? duplexOverlapped | firstInstance : duplexOverlapped);
      expect(pipeMode).toBe(rejectRemoteClients);
      expect([instances, timeout]).toEqual([255, 0]);
      expect(out).toBe(inward);
      // SECURITY_ATTRIBUTES: its own length, a descriptor, no inheritance.
      const attributes = security as Buffer;
      expect(attributes).toHaveLength(24);
      expect(attributes.readUInt32LE(0)).toBe(24);
      expect(attributes.readBigUInt64LE(8)).not.toBe(0n);
      expect(attributes.readInt32LE(16)).toBe(0);
    }
  });

  test("a client does not ask for the right to create instances, and allows only identification", async () => {
    const { listener } = await listen(namedPipe(freshName()));
    calls.createFile.length = 0;
    await dial(namedPipe(listener.endpoint.slice("pipe:".length)));
    const [[path, access, share, security, disposition, flags, template] = []] = calls.createFile;
    expect(path).toMatch(/^\\\\\.\\pipe\\crosspane-/);
    expect(access).toBe(0x0012_019b);
    expect([share, security, disposition, template]).toEqual([0, null, 3, 0]);
    // FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION
    expect(flags).toBe(0x4000_0000 | 0x0010_0000 | 0x0001_0000);
    await listener.close();
  });

  test("a pipe is not created if its rights cannot be set", async () => {
    calls.createNamedPipe.length = 0;
    for (const access of [
      { sddl: "nonsense" },
      { sddl: "O:SY" },
      { sddl: "D:P(A;;GA;;;nobody)" },
      { users: ["no such user"] },
    ]) {
      const listening = namedPipe(freshName(), { access }).listen({ accept() {}, failed() {} });
      await expect(listening).rejects.toMatchObject({ code: "invalidArgument" });
    }
    expect(calls.createNamedPipe).toEqual([]);
  });
});
