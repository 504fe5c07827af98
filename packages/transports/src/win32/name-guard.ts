import { RpcError } from "@crosspane/core/transport";
import { createMutex, getLastError } from "./kernel32.js";
import { OwnedHandle } from "./owned-handle.js";
import { type Access, withSecurityAttributes } from "./security-attributes.js";
import { errorCodes, win32Error } from "./win32-error.js";

/**
 * Takes a name for as long as the returned handle is open, or until this process ends, however it ends. It is a mutex that nobody
 * locks: that it exists says that the name is taken. So it needs no thread to own it and cannot be abandoned.
 * @param name of the mutex.
 * @param endpoint what the user calls it, for messages.
 * @throws {RpcError} `alreadyExists` if another has it, `permissionDenied` if that other is of another user.
 */
export function takeName(name: string, endpoint: string, access: Access): OwnedHandle {
  const handle = withSecurityAttributes(access, "mutex", (attributes) => createMutex(attributes, 0, name));
  if (handle === 0) throw win32Error("CreateMutexW", name);
  const isTaken = getLastError() === errorCodes.alreadyExists;
  const guard = new OwnedHandle(handle, name);
  if (!isTaken) return guard;
  guard.close();
  throw new RpcError(
    "alreadyExists",
    `listen on ${endpoint}: another server has this name; stop it or choose another name`,
    { cause: win32Error("CreateMutexW", name, errorCodes.alreadyExists) },
  );
}
