import { loadLibrary } from "./load-koffi.js";
import type { Address, Handle, Hwnd } from "./types.js";

/**
 * Declarations of functions of user32.dll. Buffers of Node may be passed where C expects a pointer.
 */

const { declare } = loadLibrary("user32.dll");

/** https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-registerclassexw */
export const registerClassEx: (windowClass: Buffer) => number = declare(
  "uint16_t __stdcall RegisterClassExW(void *windowClass)",
);

/** https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-unregisterclassw */
export const unregisterClass: (className: string, instance: Handle) => number = declare(
  "int __stdcall UnregisterClassW(const char16_t *className, intptr_t instance)",
);

/** https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-createwindowexw */
export const createWindowEx: (
  extendedStyle: number,
  className: string,
  title: string,
  style: number,
  x: number,
  y: number,
  width: number,
  height: number,
  parent: Hwnd,
  menu: Handle,
  instance: Handle,
  parameter: Address,
) => Hwnd = declare(
  "intptr_t __stdcall CreateWindowExW(uint32_t extendedStyle, const char16_t *className, const char16_t *title, uint32_t style, int x, int y, int width, int height, intptr_t parent, intptr_t menu, intptr_t instance, uintptr_t parameter)",
);

/**
 * Works only on the thread that created the window.
 * https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-destroywindow
 *
 * Declared with more parameters than it has: Wine enters its kernel side from here without a frame
 * of its own, and reads where further arguments would be. That is beyond the end of the stack that
 * koffi provides for a function with fewer than five.
 */
export const destroyWindow: (window: Hwnd, a: 0, b: 0, c: 0, d: 0) => number = declare(
  "int __stdcall DestroyWindow(intptr_t window, intptr_t a, intptr_t b, intptr_t c, intptr_t d)",
);

/** https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-findwindowexw */
export const findWindowEx: (
  parent: Hwnd,
  after: Hwnd,
  className: string | null,
  title: string | null,
) => Hwnd = declare(
  "intptr_t __stdcall FindWindowExW(intptr_t parent, intptr_t after, const char16_t *className, const char16_t *title)",
);

/** https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-getwindowthreadprocessid */
export const getWindowThreadProcessId: (window: Hwnd, processId: Uint32Array) => number = declare(
  "uint32_t __stdcall GetWindowThreadProcessId(intptr_t window, void *processId)",
);

/** https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-defwindowprocw */
export const defWindowProc: (window: Hwnd, message: number, wParam: number, lParam: number) => number =
  declare(
    "intptr_t __stdcall DefWindowProcW(intptr_t window, uint32_t message, uintptr_t wParam, intptr_t lParam)",
  );

/** https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-peekmessagew */
export const peekMessage: (
  message: Buffer,
  window: Hwnd,
  first: number,
  last: number,
  remove: number,
) => number = declare(
  "int __stdcall PeekMessageW(void *message, intptr_t window, uint32_t first, uint32_t last, uint32_t remove)",
);

/** https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-dispatchmessagew */
export const dispatchMessage: (message: Buffer) => number = declare(
  "intptr_t __stdcall DispatchMessageW(void *message)",
);

/** Blocks this thread. https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-msgwaitformultipleobjectsex */
export const msgWaitForMultipleObjectsEx: (
  count: number,
  handles: BigInt64Array,
  timeoutMs: number,
  wakeMask: number,
  flags: number,
) => number = declare(
  "uint32_t __stdcall MsgWaitForMultipleObjectsEx(uint32_t count, void *handles, uint32_t timeoutMs, uint32_t wakeMask, uint32_t flags)",
);

/**
 * Blocks this thread up to the timeout.
 * https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-sendmessagetimeoutw
 */
export const sendMessageTimeout: (
  window: Hwnd,
  message: number,
  wParam: number,
  lParam: Buffer,
  flags: number,
  timeoutMs: number,
  result: BigInt64Array,
) => number = declare(
  "intptr_t __stdcall SendMessageTimeoutW(intptr_t window, uint32_t message, uintptr_t wParam, void *lParam, uint32_t flags, uint32_t timeoutMs, void *result)",
);

/** https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-changewindowmessagefilterex */
export const changeWindowMessageFilterEx: (
  window: Hwnd,
  message: number,
  action: number,
  change: null,
) => number = declare(
  "int __stdcall ChangeWindowMessageFilterEx(intptr_t window, uint32_t message, uint32_t action, void *change)",
);
