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

/** Arguments of CreateNamedPipeW, besides the security attributes. */
export interface InstanceArguments {
  readonly path: string;
  readonly openMode: number;
  readonly pipeMode: number;
  readonly maxInstances: number;
  readonly bufferBytes: number;
}

/**
 * Returns the arguments for a duplex stream of bytes that admits only clients of this machine.
 * @param isFirst refuses to join an existing pipe.
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
 * Creates an instance of a pipe: the server's end of one future connection.
 * @param sddl the access to it.
 * @throws {RpcError} `alreadyExists` if it should be the first and is not, `invalidArgument` for an
 * invalid descriptor, or the system's error. No instance is left then.
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
  // Wine lets it join, but reports it.
  if (isFirst && code === errorCodes.alreadyExists) {
    instance.close();
    throw notFirst(path, win32Error("CreateNamedPipeW", path, code));
  }
  return instance;
}

function notFirst(path: string, cause: RpcError): RpcError {
  return new RpcError("alreadyExists", `another program has the pipe ${path}`, { cause });
}
