import { isBeyondCallStack } from "../win32/is-beyond-call-stack.js";
import type { Hwnd } from "../win32/types.js";
import { dispatchMessage, msgWaitForMultipleObjectsEx, peekMessage } from "../win32/user32.js";
import { postedPerRound } from "./copy-data-limits.js";

/** On 64-bit Windows: https://learn.microsoft.com/windows/win32/api/winuser/ns-winuser-msg */
const message = Buffer.alloc(48);
const anyWindow = 0 as Hwnd;
const remove = 0x1;
const allInput = 0x04ff;
const inputAvailable = 0x4;

/**
 * Delivers to the windows of this thread the messages that have arrived. Peeking alone delivers
 * sent messages to the window procedure. Only some posted messages are removed at a time.
 * @param tooLarge called for each message that did not fit on the stack of native calls.
 */
export function dispatchMessages(tooLarge: () => void = () => {}): void {
  for (let posted = 0; posted < postedPerRound; posted++) {
    try {
      if (peekMessage(message, anyWindow, 0, 0, remove) === 0) return;
    } catch (thrown) {
      if (!isBeyondCallStack(thrown)) throw thrown;
      tooLarge();
      continue;
    }
    dispatchMessage(message);
  }
}

/**
 * Blocks this thread until a message for its windows arrives, the event is set, or the time is up.
 */
export function sleepUntilMessage(event: number, timeoutMs: number): void {
  msgWaitForMultipleObjectsEx(1, BigInt64Array.of(BigInt(event)), timeoutMs, allInput, inputAvailable);
}
