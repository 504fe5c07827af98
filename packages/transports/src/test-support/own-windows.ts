import type { Hwnd } from "../win32/types.js";
import { findWindowEx, getWindowThreadProcessId } from "../win32/user32.js";

const messageOnly = -3 as Hwnd;
const none = 0 as Hwnd;

/** Returns the number of message-only windows of this process. */
export function ownWindowCount(): number {
  const processId = new Uint32Array(1);
  let count = 0;
  let window = findWindowEx(messageOnly, none, null, null);
  while (window !== none) {
    getWindowThreadProcessId(window, processId);
    if (processId[0] === process.pid) count++;
    window = findWindowEx(messageOnly, window, null, null);
  }
  return count;
}
