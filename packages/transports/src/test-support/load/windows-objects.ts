import { closeHandle } from "../../win32/kernel32.js";
import { loadLibrary } from "../../win32/load-koffi.js";
import { type Handle, type Hwnd, invalidHandle } from "../../win32/types.js";
import { findWindowEx, getWindowThreadProcessId } from "../../win32/user32.js";

/** For functions that only tests call. */
const kernel32 = loadLibrary("kernel32.dll");

/** https://learn.microsoft.com/windows/win32/api/tlhelp32/nf-tlhelp32-createtoolhelp32snapshot */
const createSnapshot: (flags: number, processId: number) => Handle = kernel32.declare(
  "intptr_t __stdcall CreateToolhelp32Snapshot(uint32_t flags, uint32_t processId)",
);

/** https://learn.microsoft.com/windows/win32/api/tlhelp32/nf-tlhelp32-thread32first */
const firstThread: (snapshot: Handle, entry: Buffer) => number = kernel32.declare(
  "int __stdcall Thread32First(intptr_t snapshot, void *entry)",
);

/** https://learn.microsoft.com/windows/win32/api/tlhelp32/nf-tlhelp32-thread32next */
const nextThread: (snapshot: Handle, entry: Buffer) => number = kernel32.declare(
  "int __stdcall Thread32Next(intptr_t snapshot, void *entry)",
);

const snapshotOfThreads = 0x4;
/** https://learn.microsoft.com/windows/win32/api/tlhelp32/ns-tlhelp32-threadentry32 */
const threadEntryBytes = 28;
const ownerOffset = 12;

/** Returns the number of threads of this process. */
export function ownThreadCount(): number {
  const snapshot = createSnapshot(snapshotOfThreads, 0);
  if (snapshot === invalidHandle) throw new Error("CreateToolhelp32Snapshot failed");
  const entry = Buffer.alloc(threadEntryBytes);
  entry.writeUInt32LE(threadEntryBytes);
  let count = 0;
  for (let more = firstThread(snapshot, entry); more !== 0; more = nextThread(snapshot, entry)) {
    if (entry.readUInt32LE(ownerOffset) === process.pid) count++;
  }
  closeHandle(snapshot);
  return count;
}

const topLevel = 0 as Hwnd;
/** https://learn.microsoft.com/windows/win32/winmsg/window-features#message-only-windows */
const messageOnly = -3 as Hwnd;
const none = 0 as Hwnd;

/**
 * Returns the number of windows of this process, top-level and message-only. They are counted one
 * by one, because `GetGuiResources` reports nothing under Wine.
 */
export function ownWindowCount(): number {
  return countBelow(topLevel) + countBelow(messageOnly);
}

function countBelow(parent: Hwnd): number {
  const owner = new Uint32Array(1);
  let count = 0;
  for (let window = findWindowEx(parent, none, null, null); window !== none; ) {
    getWindowThreadProcessId(window, owner);
    if (owner[0] === process.pid) count++;
    window = findWindowEx(parent, window, null, null);
  }
  return count;
}
