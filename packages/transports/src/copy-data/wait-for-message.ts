import type { Hwnd } from "../win32/types.js";
import { dispatchMessage, msgWaitForMultipleObjectsEx, peekMessage } from "../win32/user32.js";
import { postedPerRound } from "./copy-data-limits.js";

/** https://learn.microsoft.com/windows/win32/api/winuser/ns-winuser-msg on 64-bit Windows. */
const message = Buffer.alloc(48);
const anyWindow = 0 as Hwnd;
const remove = 0x1;
const allInput = 0x04ff;
const inputAvailable = 0x4;

/**
 * Gives the windows of this thread what has come for them. Messages that were sent reach their procedure by the look alone; of those that were
 * posted, only some are taken at a time.
 */
export function dispatchMessages(): void {
  for (let posted = 0; posted < postedPerRound; posted++) {
    if (peekMessage(message, anyWindow, 0, 0, remove) === 0) return;
    dispatchMessage(message);
  }
}

/** Blocks this thread until something comes for its windows, the event is set, or the time is up. */
export function sleepUntilMessage(event: number, timeoutMs: number): void {
  msgWaitForMultipleObjectsEx(1, BigInt64Array.of(BigInt(event)), timeoutMs, allInput, inputAvailable);
}
