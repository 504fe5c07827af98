import { RpcError } from "@crosspane/core/transport";
import type { Access } from "./access.js";
import { createMutex, getLastError } from "./kernel32.js";
import { OwnedHandle } from "./owned-handle.js";
import { withSecurityAttributes } from "./security-attributes.js";
import { errorCodes, win32Error } from "./win32-error.js";

/**
 * Takes a name for as long as the returned handle is open, or until this process ends in any way.
 * The name is a mutex that is never locked: its existence means that the name is taken. So it has
 * no owning thread and cannot be abandoned.
 * @param name the name of the mutex.
 * @param endpoint the endpoint in messages.
 * @throws {RpcError} `alreadyExists` if the name is taken, `permissionDenied` if another user has
 * taken it.
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
