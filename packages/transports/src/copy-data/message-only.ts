import type { Hwnd } from "../win32/types.js";

/**
 * `HWND_MESSAGE`, the parent of message-only windows:
 * https://learn.microsoft.com/windows/win32/winmsg/window-features#message-only-windows.
 */
export const messageOnly = -3 as Hwnd;
