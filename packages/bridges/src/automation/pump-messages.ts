import {
  dispatchMessage,
  type Hwnd,
  msgWaitForMultipleObjectsEx,
  peekMessage,
} from "@crosspane/transports/win32";

/** On 64-bit Windows: https://learn.microsoft.com/windows/win32/api/winuser/ns-winuser-msg */
const messageBytes = 48;
const anyWindow = 0 as Hwnd;
const remove = 1;
const allInput = 0x1cff;
const inputAvailable = 4;

/** Delivers the messages that have arrived; COM makes the calls of a thread out of them. */
export function dispatchMessages(): void {
  // Calls may nest, and each needs a message of its own.
  const message = Buffer.alloc(messageBytes);
  while (peekMessage(message, anyWindow, 0, 0, remove) !== 0) dispatchMessage(message);
}

/** Blocks this thread until a message arrives, the event is set, or the time is up. */
export function sleepUntilMessage(event: number, timeoutMs: number): void {
  msgWaitForMultipleObjectsEx(1, BigInt64Array.of(BigInt(event)), timeoutMs, allInput, inputAvailable);
}
