import { loadLibrary } from "./load-koffi.js";
import type { Address, Handle } from "./types.js";

/**
 * Declarations of functions of kernel32.dll. Buffers of Node may be passed where C expects a
 * pointer.
 */

const { address, declare } = loadLibrary("kernel32.dll");

/** https://learn.microsoft.com/windows/win32/api/errhandlingapi/nf-errhandlingapi-getlasterror */
export const getLastError: () => number = declare("uint32_t __stdcall GetLastError()");

/** https://learn.microsoft.com/windows/win32/api/errhandlingapi/nf-errhandlingapi-setlasterror */
export const setLastError: (code: number) => void = declare("void __stdcall SetLastError(uint32_t code)");

/** https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-formatmessagew */
export const formatMessage: (
  flags: number,
  source: Address,
  code: number,
  language: number,
  text: Buffer,
  chars: number,
  args: Address,
) => number = declare(
  "uint32_t __stdcall FormatMessageW(uint32_t flags, uintptr_t source, uint32_t code, uint32_t language, void *text, uint32_t chars, uintptr_t args)",
);

/** https://learn.microsoft.com/windows/win32/api/handleapi/nf-handleapi-closehandle */
export const closeHandle: (handle: Handle) => number = declare("int __stdcall CloseHandle(intptr_t handle)");

/** Address of {@link closeHandle}, for native callers. */
export const closeHandleAddress: Address = address("CloseHandle");

/** https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-localfree */
export const localFree: (address: Address) => Address = declare(
  "uintptr_t __stdcall LocalFree(uintptr_t address)",
);

/** https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-createeventw */
export const createEvent: (
  security: Buffer | null,
  manualReset: number,
  initialState: number,
  name: string | null,
) => Handle = declare(
  "intptr_t __stdcall CreateEventW(void *security, int manualReset, int initialState, const char16_t *name)",
);

/** https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-openeventw */
export const openEvent: (access: number, inherit: number, name: string) => Handle = declare(
  "intptr_t __stdcall OpenEventW(uint32_t access, int inherit, const char16_t *name)",
);

/** https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-setevent */
export const setEvent: (event: Handle) => number = declare("int __stdcall SetEvent(intptr_t event)");

/** Address of {@link setEvent}, for native callers. */
export const setEventAddress: Address = address("SetEvent");

/**
 * Address for native callers:
 * https://learn.microsoft.com/windows/win32/api/sysinfoapi/nf-sysinfoapi-getsystemtimeasfiletime
 */
export const getSystemTimeAsFileTimeAddress: Address = address("GetSystemTimeAsFileTime");

/** https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-resetevent */
export const resetEvent: (event: Handle) => number = declare("int __stdcall ResetEvent(intptr_t event)");

/** https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-createmutexw */
export const createMutex: (security: Buffer | null, initialOwner: number, name: string | null) => Handle =
  declare("intptr_t __stdcall CreateMutexW(void *security, int initialOwner, const char16_t *name)");

/**
 * Blocks this thread.
 * https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-waitforsingleobject
 */
export const waitForSingleObject: (handle: Handle, timeoutMs: number) => number = declare(
  "uint32_t __stdcall WaitForSingleObject(intptr_t handle, uint32_t timeoutMs)",
);

/**
 * Blocks this thread.
 * https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-waitformultipleobjects
 */
export const waitForMultipleObjects: (
  count: number,
  handles: BigInt64Array,
  all: number,
  timeoutMs: number,
) => number = declare(
  "uint32_t __stdcall WaitForMultipleObjects(uint32_t count, void *handles, int all, uint32_t timeoutMs)",
);

/** https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-registerwaitforsingleobject */
export const registerWaitForSingleObject: (
  wait: BigInt64Array,
  handle: Handle,
  callback: Address,
  context: Address,
  timeoutMs: number,
  flags: number,
) => number = declare(
  "int __stdcall RegisterWaitForSingleObject(void *wait, intptr_t handle, uintptr_t callback, uintptr_t context, uint32_t timeoutMs, uint32_t flags)",
);

/** https://learn.microsoft.com/windows/win32/api/threadpoollegacyapiset/nf-threadpoollegacyapiset-unregisterwaitex */
export const unregisterWaitEx: (wait: Handle, completionEvent: Handle) => number = declare(
  "int __stdcall UnregisterWaitEx(intptr_t wait, intptr_t completionEvent)",
);

/** https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-createnamedpipew */
export const createNamedPipe: (
  path: string,
  openMode: number,
  pipeMode: number,
  maxInstances: number,
  outBufferBytes: number,
  inBufferBytes: number,
  defaultTimeoutMs: number,
  security: Buffer,
) => Handle = declare(
  "intptr_t __stdcall CreateNamedPipeW(const char16_t *path, uint32_t openMode, uint32_t pipeMode, uint32_t maxInstances, uint32_t outBufferBytes, uint32_t inBufferBytes, uint32_t defaultTimeoutMs, void *security)",
);

/** https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-connectnamedpipe */
export const connectNamedPipe: (pipe: Handle, overlapped: Address) => number = declare(
  "int __stdcall ConnectNamedPipe(intptr_t pipe, uintptr_t overlapped)",
);

/** https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getnamedpipeclientprocessid */
export const getNamedPipeClientProcessId: (pipe: Handle, processId: Uint32Array) => number = declare(
  "int __stdcall GetNamedPipeClientProcessId(intptr_t pipe, void *processId)",
);

/** https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getnamedpipeserverprocessid */
export const getNamedPipeServerProcessId: (pipe: Handle, processId: Uint32Array) => number = declare(
  "int __stdcall GetNamedPipeServerProcessId(intptr_t pipe, void *processId)",
);

/** https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-createfilew */
export const createFile: (
  path: string,
  access: number,
  shareMode: number,
  security: Buffer | null,
  disposition: number,
  flags: number,
  template: Handle | 0,
) => Handle = declare(
  "intptr_t __stdcall CreateFileW(const char16_t *path, uint32_t access, uint32_t shareMode, void *security, uint32_t disposition, uint32_t flags, intptr_t template)",
);

/** https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getfilesizeex */
export const getFileSizeEx: (file: Handle, size: BigInt64Array) => number = declare(
  "int __stdcall GetFileSizeEx(intptr_t file, void *size)",
);

/** https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-getoverlappedresult */
export const getOverlappedResult: (
  file: Handle,
  overlapped: Address,
  transferred: Uint32Array,
  wait: number,
) => number = declare(
  "int __stdcall GetOverlappedResult(intptr_t file, uintptr_t overlapped, void *transferred, int wait)",
);

/** https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-cancelioex */
export const cancelIoEx: (file: Handle, overlapped: Address) => number = declare(
  "int __stdcall CancelIoEx(intptr_t file, uintptr_t overlapped)",
);

/**
 * Address for native callers:
 * https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-unregisterwait
 */
export const unregisterWaitAddress: Address = address("UnregisterWait");

/** https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-createfilemappingw */
export const createFileMapping: (
  file: Handle,
  security: Buffer | null,
  protection: number,
  sizeHigh: number,
  sizeLow: number,
  name: string | null,
) => Handle = declare(
  "intptr_t __stdcall CreateFileMappingW(intptr_t file, void *security, uint32_t protection, uint32_t sizeHigh, uint32_t sizeLow, const char16_t *name)",
);

/** https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-openfilemappingw */
export const openFileMapping: (access: number, inherit: number, name: string) => Handle = declare(
  "intptr_t __stdcall OpenFileMappingW(uint32_t access, int inherit, const char16_t *name)",
);

/** https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-mapviewoffile */
export const mapViewOfFile: (
  mapping: Handle,
  access: number,
  offsetHigh: number,
  offsetLow: number,
  bytes: number,
) => Address = declare(
  "uintptr_t __stdcall MapViewOfFile(intptr_t mapping, uint32_t access, uint32_t offsetHigh, uint32_t offsetLow, uintptr_t bytes)",
);

/** https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-unmapviewoffile */
export const unmapViewOfFile: (address: Address) => number = declare(
  "int __stdcall UnmapViewOfFile(uintptr_t address)",
);

/** Address of {@link unmapViewOfFile}, for native callers. */
export const unmapViewOfFileAddress: Address = address("UnmapViewOfFile");

/** https://learn.microsoft.com/windows/win32/devnotes/rtlmovememory */
export const moveFromAddress: (to: Uint8Array, from: Address, bytes: number) => void = declare(
  "void __stdcall RtlMoveMemory(void *to, uintptr_t from, uintptr_t bytes)",
);

/** Copies in the other direction than {@link moveFromAddress}. */
export const moveToAddress: (to: Address, from: Uint8Array, bytes: number) => void = declare(
  "void __stdcall RtlMoveMemory(uintptr_t to, void *from, uintptr_t bytes)",
);

/** https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-getcurrentprocess */
export const getCurrentProcess: () => Handle = declare("intptr_t __stdcall GetCurrentProcess()");

/** https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-openprocess */
export const openProcessHandle: (access: number, inherit: number, processId: number) => Handle = declare(
  "intptr_t __stdcall OpenProcess(uint32_t access, int inherit, uint32_t processId)",
);

/** https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-getprocesstimes */
export const getProcessTimes: (
  process: Handle,
  created: BigUint64Array,
  exited: BigUint64Array,
  kernel: BigUint64Array,
  user: BigUint64Array,
) => number = declare(
  "int __stdcall GetProcessTimes(intptr_t process, void *created, void *exited, void *kernel, void *user)",
);

/** https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-queryfullprocessimagenamew */
export const queryFullProcessImageName: (
  process: Handle,
  flags: number,
  path: Buffer,
  chars: Uint32Array,
) => number = declare(
  "int __stdcall QueryFullProcessImageNameW(intptr_t process, uint32_t flags, void *path, void *chars)",
);

/** https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-getprocesshandlecount */
export const getProcessHandleCount: (process: Handle, count: Uint32Array) => number = declare(
  "int __stdcall GetProcessHandleCount(intptr_t process, void *count)",
);

/** https://learn.microsoft.com/windows/win32/api/handleapi/nf-handleapi-gethandleinformation */
export const getHandleInformation: (handle: Handle, flags: Uint32Array) => number = declare(
  "int __stdcall GetHandleInformation(intptr_t handle, void *flags)",
);
