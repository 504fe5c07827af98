import { getSecurityInfo } from "./advapi32.js";
import { localFree } from "./kernel32.js";
import { sidText } from "./token.js";
import type { Address, Handle } from "./types.js";
import { win32Error } from "./win32-error.js";

/**
 * `SE_KERNEL_OBJECT`:
 * https://learn.microsoft.com/windows/win32/api/accctrl/ne-accctrl-se_object_type
 */
const kernelObject = 6;
/** https://learn.microsoft.com/windows/win32/secauthz/security-information */
const ownerInformation = 0x1;

/**
 * Returns the SID of the user or group that owns an object. Only an administrator can create an
 * object that another user owns, so the owner identifies the creator.
 * @param handle has the right READ_CONTROL.
 * @throws {RpcError} the system's error; `permissionDenied` for a handle without that right.
 */
export function objectOwner(handle: Handle, object: string): string {
  const owner = new BigUint64Array(1);
  const descriptor = new BigUint64Array(1);
  const code = getSecurityInfo(handle, kernelObject, ownerInformation, owner, null, null, null, descriptor);
  if (code !== 0) throw win32Error("GetSecurityInfo", object, code);
  try {
    return sidText(Number(owner[0]) as Address);
  } finally {
    localFree(Number(descriptor[0]) as Address);
  }
}
