import { RpcError } from "@crosspane/core";
import { createNamedPipe, getLastError, setLastError } from "../win32/kernel32.js";
import { OwnedHandle } from "../win32/owned-handle.js";
import { withSecurityAttributes } from "../win32/security-attributes.js";
import { invalidHandle } from "../win32/types.js";
import { errorCodes, win32Error } from "../win32/win32-error.js";
import { pipeBufferBytes } from "./pipe-limits.js";

/** https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-createnamedpipew */
const accessDuplex = 0x3;
const overlapped = 0x4000_0000;
const firstPipeInstance = 0x0008_0000;
const rejectRemoteClients = 0x8;
const unlimitedInstances = 255;

/** What CreateNamedPipeW is called with, beside the security attributes. */
export interface InstanceArguments {
  readonly path: string;
  readonly openMode: number;
  readonly pipeMode: number;
  readonly maxInstances: number;
  readonly bufferBytes: number;
}

/**
 * A duplex stream of bytes for clients of this machine.
 * @param isFirst refuses to join a pipe that is there already.
 */
export function instanceArguments(path: string, isFirst: boolean): InstanceArguments {
  return {
    path,
    openMode: accessDuplex | overlapped | (isFirst ? firstPipeInstance : 0),
    pipeMode: rejectRemoteClients,
    maxInstances: unlimitedInstances,
    bufferBytes: pipeBufferBytes,
  };
}

/**
 * Makes an instance of a pipe: the server's end of one connection to come.
 * @param sddl who may open it.
 * @throws {RpcError} `alreadyExists` if it should be the first and is not, `invalidArgument` for a descriptor that is none, or what
 * the system says. No instance is left then.
 */
export function createInstance(path: string, sddl: string, isFirst: boolean): OwnedHandle {
  const { openMode, pipeMode, maxInstances, bufferBytes } = instanceArguments(path, isFirst);
  const handle = withSecurityAttributes({ sddl }, "pipe", (security) => {
    setLastError(0);
    return createNamedPipe(path, openMode, pipeMode, maxInstances, bufferBytes, bufferBytes, 0, security);
  });
  const code = getLastError();
  if (handle === invalidHandle) {
    const error = win32Error("CreateNamedPipeW", path, code);
    throw isFirst && code === errorCodes.accessDenied ? notFirst(path, error) : error;
  }
  const instance = new OwnedHandle(handle, path);
  // Wine lets it join, and says so.
  if (isFirst && code === errorCodes.alreadyExists) {
    instance.close();
    throw notFirst(path, win32Error("CreateNamedPipeW", path, code));
  }
  return instance;
}

function notFirst(path: string, cause: RpcError): RpcError {
  return new RpcError("alreadyExists", `another program has the pipe ${path}`, { cause });
}
