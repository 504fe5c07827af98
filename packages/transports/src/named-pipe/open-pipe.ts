import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { RpcError } from "@crosspane/core";
import { givenUp } from "../errors/given-up.js";
import { createFile, getLastError } from "../win32/kernel32.js";
import { OwnedHandle } from "../win32/owned-handle.js";
import { invalidHandle } from "../win32/types.js";
import { errorCodes, win32Error } from "../win32/win32-error.js";
import { busyMs, firstBusyRetryMs, maxBusyRetryMs } from "./pipe-limits.js";

/**
 * FILE_GENERIC_READ and FILE_GENERIC_WRITE without FILE_CREATE_PIPE_INSTANCE, which a client does
 * not need and other users are not granted:
 * https://learn.microsoft.com/windows/win32/ipc/named-pipe-security-and-access-rights.
 */
const readAndWrite = 0x0012_019b;

/** https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-createfilew */
const openExisting = 3;
const overlapped = 0x4000_0000;
/** Lets the server identify this client, but not act in its name: it may be an impostor. */
const identificationOnly = 0x0010_0000 | 0x0001_0000;

/** Arguments of CreateFileW, besides the path. */
export const openArguments = {
  access: readAndWrite,
  disposition: openExisting,
  flags: overlapped | identificationOnly,
} as const;

/** A client's end of an opened pipe. */
export interface OpenedPipe {
  readonly pipe: OwnedHandle;
  readonly path: string;
}

/**
 * Opens the first of the paths that has a pipe. Retries for up to `busyMs` if all instances of a
 * pipe are taken: that is as long as a live server takes to create another. Does not block.
 * @throws {RpcError} `unavailable` if there is no pipe or it stays busy, `permissionDenied` if it
 * does not admit this user, or the signal's reason.
 */
export async function openPipe(
  paths: readonly string[],
  endpoint: string,
  signal: AbortSignal,
): Promise<OpenedPipe> {
  const until = performance.now() + busyMs;
  for (let delayMs = firstBusyRetryMs; ; delayMs = Math.min(delayMs * 2, maxBusyRetryMs)) {
    if (signal.aborted) throw givenUp(endpoint, signal);
    const opened = tryOpen(paths, endpoint);
    if (!(opened instanceof RpcError)) return opened;
    if (performance.now() >= until) throw opened;
    try {
      await sleep(delayMs, undefined, { signal });
    } catch {
      throw givenUp(endpoint, signal);
    }
  }
}

/** @returns an error if all of its instances are taken at the moment. */
function tryOpen(paths: readonly string[], endpoint: string): OpenedPipe | RpcError {
  const { access, disposition, flags } = openArguments;
  let cause: RpcError | undefined;
  for (const path of paths) {
    const handle = createFile(path, access, 0, null, disposition, flags, 0);
    if (handle !== invalidHandle) return { pipe: new OwnedHandle(handle, path), path };
    const code = getLastError();
    cause = win32Error("CreateFileW", path, code);
    if (code === errorCodes.pipeBusy) {
      return new RpcError("unavailable", `dial ${endpoint}: the server accepts no further client now`, {
        cause,
      });
    }
    if (code !== errorCodes.fileNotFound) throw notOpened(cause, endpoint);
  }
  throw new RpcError(
    "unavailable",
    `dial ${endpoint}: no server is listening there; start it, under this name and as this user`,
    { cause },
  );
}

function notOpened(cause: RpcError, endpoint: string): RpcError {
  const text =
    cause.code === "permissionDenied"
      ? "its pipe does not admit this user; the server grants access by its option access"
      : cause.message;
  return new RpcError(cause.code, `dial ${endpoint}: ${text}`, { cause });
}
