import { type Code, RpcError } from "@crosspane/core/transport";
import { formatMessage, getLastError } from "./kernel32.js";
import { nullAddress } from "./types.js";

/** https://learn.microsoft.com/windows/win32/debug/system-error-codes */
export const errorCodes = {
  fileNotFound: 2,
  accessDenied: 5,
  invalidHandle: 6,
  alreadyExists: 183,
  pipeBusy: 231,
  noData: 232,
  pipeConnected: 535,
  ioIncomplete: 996,
  ioPending: 997,
  timeout: 1460,
  invalidWindowHandle: 1400,
} as const;

/** Codes for errors of the system; all others are `internal`. */
const meanings: ReadonlyMap<number, Code> = new Map<number, Code>([
  [errorCodes.fileNotFound, "unavailable"],
  [3, "unavailable"],
  [errorCodes.accessDenied, "permissionDenied"],
  [errorCodes.alreadyExists, "alreadyExists"],
  [errorCodes.pipeBusy, "unavailable"],
  [errorCodes.noData, "unavailable"],
  [109, "unavailable"],
  [233, "unavailable"],
  [errorCodes.timeout, "unavailable"],
  [errorCodes.invalidWindowHandle, "unavailable"],
  // Memory, handles, disk and quota.
  [4, "resourceExhausted"],
  [8, "resourceExhausted"],
  [14, "resourceExhausted"],
  [112, "resourceExhausted"],
  [1450, "resourceExhausted"],
  [1455, "resourceExhausted"],
  [1816, "resourceExhausted"],
  [87, "invalidArgument"],
  [123, "invalidArgument"],
  [161, "invalidArgument"],
  [206, "invalidArgument"],
  [1332, "invalidArgument"],
  [1336, "invalidArgument"],
  [1337, "invalidArgument"],
]);

const fromSystem = 0x1000;
const ignoreInserts = 0x200;
const textChars = 512;

/**
 * Creates the error for a failed call. Call it before any other system call.
 * @param operation the function that failed, as Windows names it.
 * @param object the name or path it was called for.
 * @param code the system's error code, by default that of this thread's last call.
 */
export function win32Error(operation: string, object: string, code = getLastError()): RpcError {
  return new RpcError(
    meanings.get(code) ?? "internal",
    `${operation} ${object}: Windows error ${code} (${systemText(code)})`,
  );
}

/**
 * Returns the system's text for an error code, in the system's language. See
 * https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-formatmessagew.
 */
export function systemText(code: number): string {
  const text = Buffer.alloc(textChars * 2);
  const chars = formatMessage(fromSystem | ignoreInserts, nullAddress, code, 0, text, textChars, nullAddress);
  return chars === 0
    ? "no description"
    : text
        .toString("utf16le", 0, chars * 2)
        .trim()
        .replace(/\.$/, "");
}
