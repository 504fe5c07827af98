import { closeSync } from "node:fs";
import { Socket } from "node:net";
import { RpcError } from "@crosspane/core";
import { uvOpenOsfhandle } from "../win32/node-exe.js";
import type { OwnedHandle } from "../win32/owned-handle.js";

/**
 * Creates a Node socket for an end of a pipe that was opened for overlapped I/O. The socket takes
 * ownership of the handle; if it cannot be created, the handle is closed.
 * @throws {RpcError} `resourceExhausted` if the process has too many file descriptors: its C
 * library has 8,192.
 */
export function adoptHandle(pipe: OwnedHandle, path: string): Socket {
  const fd = uvOpenOsfhandle(pipe.value);
  if (fd < 0) {
    pipe.close();
    throw new RpcError(
      "resourceExhausted",
      `connection to ${path}: this process has too many open files; close some connections`,
    );
  }
  pipe.release();
  try {
    return new Socket({ fd, readable: true, writable: true, allowHalfOpen: true });
  } catch (cause) {
    closeSync(fd);
    throw new RpcError("internal", `connection to ${path}: Node does not accept its handle`, { cause });
  }
}
