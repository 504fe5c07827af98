import {
  getCurrentProcess,
  getProcessTimes,
  openProcessHandle,
  queryFullProcessImageName,
} from "./kernel32.js";
import { OwnedHandle } from "./owned-handle.js";
import { readToken, type TokenFacts } from "./token.js";
import type { Handle } from "./types.js";
import { win32Error } from "./win32-error.js";

/** A process and its program. */
export interface ProgramIdentity {
  readonly processId: number;
  /**
   * The start time in the system's units of 100 ns: with the id, it identifies a process for ever.
   */
  readonly startTime: bigint;
  /** The path of the program. */
  readonly imagePath: string;
}

/** The identity of a process, as the system reports it. */
export interface ProcessIdentity extends ProgramIdentity, TokenFacts {}

/** https://learn.microsoft.com/windows/win32/procthread/process-security-and-access-rights */
const synchronize = 0x0010_0000;
const queryLimitedInformation = 0x1000;

const maxPathChars = 32_768;

let own: ProcessIdentity | undefined;

/** Returns the identity of this process. */
export function ownIdentity(): ProcessIdentity {
  own ??= identifyProcess(getCurrentProcess(), process.pid);
  return own;
}

/**
 * Opens a handle of a process for waiting for its end and for {@link identifyProcess}. The system
 * does not reuse the id while it is open.
 * @throws {RpcError} `unavailable` if no process has this id, `permissionDenied`.
 */
export function openProcess(processId: number): OwnedHandle {
  const object = `process ${processId}`;
  const handle = openProcessHandle(synchronize | queryLimitedInformation, 0, processId);
  if (handle !== 0) return new OwnedHandle(handle, object);
  const error = win32Error("OpenProcess", object);
  // The system reports an id that no process has as an invalid parameter.
  throw error.code === "invalidArgument" ? win32Error("OpenProcess", object, 2) : error;
}

/**
 * @param handle from {@link openProcess}.
 * @throws {RpcError} `permissionDenied` for a process of another user, unless this one is an
 * administrator.
 */
export function identifyProcess(handle: Handle, processId: number): ProcessIdentity {
  return { ...identifyProgram(handle, processId), ...readToken(handle, `process ${processId}`) };
}

/**
 * Identifies a process like {@link identifyProcess}, but without its token, which this user may not
 * be allowed to read.
 * @param handle from {@link openProcess}.
 */
export function identifyProgram(handle: Handle, processId: number): ProgramIdentity {
  const object = `process ${processId}`;
  return { processId, startTime: startTime(handle, object), imagePath: imagePath(handle, object) };
}

function startTime(handle: Handle, object: string): bigint {
  const times = [0, 1, 2, 3].map(() => new BigUint64Array(1)) as [
    BigUint64Array,
    BigUint64Array,
    BigUint64Array,
    BigUint64Array,
  ];
  if (getProcessTimes(handle, ...times) === 0) throw win32Error("GetProcessTimes", object);
  return times[0][0] as bigint;
}

function imagePath(handle: Handle, object: string): string {
  const path = Buffer.alloc(maxPathChars * 2);
  const chars = Uint32Array.of(maxPathChars);
  if (queryFullProcessImageName(handle, 0, path, chars) === 0) {
    throw win32Error("QueryFullProcessImageNameW", object);
  }
  return path.toString("utf16le", 0, (chars[0] as number) * 2);
}
