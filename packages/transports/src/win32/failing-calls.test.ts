import type { Code, RpcError } from "@crosspane/core";
import { describe, expect, test } from "vitest";
import type { Access } from "./access.js";
import type { Address, Handle, Hwnd } from "./types.js";

/** Modules that load only on Windows. */
const win32 = async () => ({
  ...(await import("./advapi32.js")),
  ...(await import("./file-mapping.js")),
  ...(await import("./kernel32.js")),
  ...(await import("./name-guard.js")),
  ...(await import("./named-event.js")),
  ...(await import("./owned-handle.js")),
  ...(await import("./process-identity.js")),
  ...(await import("./security-attributes.js")),
  ...(await import("./user32.js")),
  ...(await import("./watch-handle.js")),
  ...(await import("./win32-error.js")),
});

type Win32 = Awaited<ReturnType<typeof win32>>;

const noHandle = 0x7ff0 as Handle;
const noWindow = 0x7ffe_fffe as Hwnd;
const absent = "Local\\crosspane-test-absent";
const pipe = "\\\\.\\pipe\\crosspane-test-absent";
const u32 = () => new Uint32Array(1);
const u64 = () => new BigUint64Array(1);
const open = (w: Win32, path: string, access = 0x8000_0000) => w.createFile(path, access, 0, null, 3, 0, 0);

/** A failing call, the error of the system, and its code. */
const table: readonly [name: string, fails: (w: Win32) => unknown, windowsCode: number, code: Code][] = [
  ["CloseHandle of no handle", (w) => w.closeHandle(noHandle), 6, "internal"],
  ["SetEvent of no handle", (w) => w.setEvent(noHandle), 6, "internal"],
  ["ResetEvent of no handle", (w) => w.resetEvent(noHandle), 6, "internal"],
  ["WaitForSingleObject of no handle", (w) => w.waitForSingleObject(noHandle, 0), 6, "internal"],
  ["GetHandleInformation of no handle", (w) => w.getHandleInformation(noHandle, u32()), 6, "internal"],
  [
    "GetProcessTimes of no handle",
    (w) => w.getProcessTimes(noHandle, u64(), u64(), u64(), u64()),
    6,
    "internal",
  ],
  [
    "OpenProcessToken of no handle",
    (w) => w.openProcessToken(noHandle, 8, new BigInt64Array(1)),
    6,
    "internal",
  ],
  ["MapViewOfFile of no handle", (w) => w.mapViewOfFile(noHandle, 6, 0, 0, 0), 6, "internal"],
  ["ConnectNamedPipe of no handle", (w) => w.connectNamedPipe(noHandle, 0 as Address), 6, "internal"],
  [
    "GetNamedPipeClientProcessId of no handle",
    (w) => w.getNamedPipeClientProcessId(noHandle, u32()),
    6,
    "internal",
  ],
  ["OpenEventW of an event that is not there", (w) => w.openEvent(2, 0, absent), 2, "unavailable"],
  [
    "OpenFileMappingW of a section that is not there",
    (w) => w.openFileMapping(6, 0, absent),
    2,
    "unavailable",
  ],
  ["CreateFileW of a pipe that is not there", (w) => open(w, pipe), 2, "unavailable"],
  [
    "CreateFileW in a folder that is not there",
    (w) => open(w, "C:\\crosspane\\absent\\file"),
    3,
    "unavailable",
  ],
  [
    "OpenProcess of a process that is not there",
    (w) => w.openProcessHandle(0x1000, 0, 0x7fff_fff0),
    87,
    "invalidArgument",
  ],
  ["UnmapViewOfFile of nothing", (w) => w.unmapViewOfFile(0x10_0000 as Address), 487, "internal"],
  [
    "SendMessageTimeoutW to no window",
    (w) => w.sendMessageTimeout(noWindow, 0, 0, Buffer.alloc(8), 0, 10, u64() as never),
    1400,
    "unavailable",
  ],
  [
    "GetWindowThreadProcessId of no window",
    (w) => w.getWindowThreadProcessId(noWindow, u32()),
    1400,
    "unavailable",
  ],
];

describe.runIf(process.platform === "win32")("a call into the system that fails", () => {
  test.each(table)("%s", async (name, fails, windowsCode, code) => {
    const w = await win32();
    w.setLastError(0);
    fails(w);
    const error = w.win32Error(name, "something");
    expect(error.message).toContain(`${windowsCode}`);
    expect(error.code).toBe(code);
    expect(error.message).toContain("something");
  });

  test("the error has the code of the failed call, also after a turn of the loop and earlier calls that succeeded", async () => {
    const w = await win32();
    const event = w.NamedEvent.create(`Local\\crosspane-test-${process.pid}-ok`, "currentUser");
    expect(() => w.NamedEvent.open(absent)).toThrow(expect.objectContaining({ code: "unavailable" }));
    event.set();
    await new Promise((resolve) => setImmediate(resolve));
    expect(() => w.FileMapping.open(absent, 4096)).toThrow(expect.objectContaining({ code: "unavailable" }));
    event.close();
  });

  test.each<[string, (w: Win32, access: Access) => unknown, Code]>([
    [
      "a section larger than memory",
      (w, access) => w.FileMapping.create("Local\\crosspane-test-huge", 2 ** 46, access),
      "resourceExhausted",
    ],
    ["an invalid name", (w, access) => w.NamedEvent.create("Local\\a\\b\\c", access), "unavailable"],
  ])("%s is refused by code and leaves nothing", async (_, make, code) => {
    const w = await win32();
    expect(() => make(w, "currentUser")).toThrow(expect.objectContaining({ code }));
  });

  test("a second close has no effect, in any order", async () => {
    const w = await win32();
    const name = `Local\\crosspane-test-${process.pid}-twice`;
    const mapping = w.FileMapping.create(name, 4096, "currentUser");
    const event = w.NamedEvent.create(`${name}-event`, "currentUser");
    const watch = w.watchHandle(event.value, () => {});
    const first = watch.close();
    expect(watch.close()).toBe(first);
    await first;
    for (let i = 0; i < 2; i++) {
      event.close();
      mapping.close();
    }
    // The second call must not close another object that has the same handle number by now.
    const next = w.NamedEvent.create(`${name}-next`, "currentUser");
    event.close();
    next.set();
    next.close();
    expect(() => w.FileMapping.open(name, 4096)).toThrow(
      expect.objectContaining({ code: "unavailable" }) as RpcError,
    );
  });
});
