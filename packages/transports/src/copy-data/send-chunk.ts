import { getLastError } from "../win32/kernel32.js";
import { pointerTo } from "../win32/load-koffi.js";
import type { Hwnd } from "../win32/types.js";
import { getWindowThreadProcessId, sendMessageTimeout } from "../win32/user32.js";
import { errorCodes } from "../win32/win32-error.js";
import { magic } from "./copy-data-layout.js";
import { attemptMs } from "./copy-data-limits.js";
import { copyDataStruct, wmCopyData } from "./message-window.js";

/**
 * Outcome of an attempt: the result of the window procedure, or that the window did not answer in
 * time (it may have taken the chunk all the same), is gone, or may not be sent to.
 */
export type Attempt = number | "silent" | "gone" | "blocked";

const smtoNormal = 0x0;
const smtoAbortIfHung = 0x2;

const struct = Buffer.alloc(copyDataStruct.bytes);
const answer = new BigInt64Array(1);
const owner = new Uint32Array(1);

/**
 * Sends one chunk and waits for the answer. Meanwhile the windows of this thread receive messages,
 * so that two programs that send to each other both make progress.
 * @param from the sender's window, which Windows passes on and receivers do not trust.
 * @param timeoutMs limit of the wait in milliseconds.
 */
export function sendChunk(
  { to, from }: { readonly to: Hwnd; readonly from: Hwnd },
  bytes: Buffer,
  timeoutMs = attemptMs,
): Attempt {
  struct.writeBigUInt64LE(BigInt(magic), copyDataStruct.dwData);
  struct.writeUInt32LE(bytes.length, copyDataStruct.cbData);
  struct.writeBigUInt64LE(BigInt(pointerTo(bytes)), copyDataStruct.lpData);
  const sent = sendMessageTimeout(
    to,
    wmCopyData,
    from,
    struct,
    smtoNormal | smtoAbortIfHung,
    timeoutMs,
    answer,
  );
  if (sent !== 0) return Number(answer[0]);
  switch (getLastError()) {
    case errorCodes.invalidWindowHandle:
      return "gone";
    case errorCodes.accessDenied:
      return isThere(to) ? "blocked" : "gone";
    default:
      return "silent";
  }
}

/**
 * True if the window exists. Access is also denied if the receiver's thread ends while it handles
 * the message, at least under Wine.
 */
export function isThere(window: Hwnd): boolean {
  return getWindowThreadProcessId(window, owner) !== 0;
}
