import { closeHandle } from "../../win32/kernel32.js";
import { loadLibrary } from "../../win32/load-koffi.js";
import { type Handle, invalidHandle } from "../../win32/types.js";

/** Functions that only tests call. */
const kernel32 = loadLibrary("kernel32.dll");
const user32 = loadLibrary("user32.dll");

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

/** https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-findwindowexw */
const findWindow: (parent: number, after: number, className: null, title: null) => number = user32.declare(
  "intptr_t __stdcall FindWindowExW(intptr_t parent, intptr_t after, const char16_t *className, const char16_t *title)",
);

/** https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-getwindowthreadprocessid */
const windowProcess: (window: number, processId: Uint32Array) => number = user32.declare(
  "uint32_t __stdcall GetWindowThreadProcessId(intptr_t window, void *processId)",
);

const snapshotOfThreads = 0x4;
/** https://learn.microsoft.com/windows/win32/api/tlhelp32/ns-tlhelp32-threadentry32 */
const threadEntryBytes = 28;
const ownerOffset = 12;

/** Threads of this process. */
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

/** https://learn.microsoft.com/windows/win32/winmsg/window-features#message-only-windows */
const messageOnly = -3;

/**
 * Windows of this process, top-level and message-only. They are counted one by one, because `GetGuiResources` tells nothing under
 * Wine.
 */
export function ownWindowCount(): number {
  return countBelow(0) + countBelow(messageOnly);
}

function countBelow(parent: number): number {
  const owner = new Uint32Array(1);
  let count = 0;
  for (let window = findWindow(parent, 0, null, null); window !== 0; ) {
    windowProcess(window, owner);
    if (owner[0] === process.pid) count++;
    window = findWindow(parent, window, null, null);
  }
  return count;
}
