import { loadLibrary } from "./load-koffi.js";
import type { Address, Handle } from "./types.js";

/** Declarations of functions of advapi32.dll. */

const { declare } = loadLibrary("advapi32.dll");

/** https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-openprocesstoken */
export const openProcessToken: (process: Handle, access: number, token: BigInt64Array) => number = declare(
  "int __stdcall OpenProcessToken(intptr_t process, uint32_t access, void *token)",
);

/** https://learn.microsoft.com/windows/win32/api/securitybaseapi/nf-securitybaseapi-gettokeninformation */
export const getTokenInformation: (
  token: Handle,
  kind: number,
  information: Buffer,
  bytes: number,
  needed: Uint32Array,
) => number = declare(
  "int __stdcall GetTokenInformation(intptr_t token, int kind, void *information, uint32_t bytes, void *needed)",
);

/** https://learn.microsoft.com/windows/win32/api/sddl/nf-sddl-convertsidtostringsidw */
export const convertSidToStringSid: (sid: Address, text: BigUint64Array) => number = declare(
  "int __stdcall ConvertSidToStringSidW(uintptr_t sid, void *text)",
);

/** https://learn.microsoft.com/windows/win32/api/sddl/nf-sddl-convertstringsecuritydescriptortosecuritydescriptorw */
export const convertStringSecurityDescriptor: (
  sddl: string,
  revision: number,
  descriptor: BigUint64Array,
  bytes: Uint32Array,
) => number = declare(
  "int __stdcall ConvertStringSecurityDescriptorToSecurityDescriptorW(const char16_t *sddl, uint32_t revision, void *descriptor, void *bytes)",
);

/** https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-lookupaccountnamew */
export const lookupAccountName: (
  system: string | null,
  account: string,
  sid: Buffer,
  sidBytes: Uint32Array,
  domain: Buffer,
  domainChars: Uint32Array,
  use: Uint32Array,
) => number = declare(
  "int __stdcall LookupAccountNameW(const char16_t *system, const char16_t *account, void *sid, void *sidBytes, void *domain, void *domainChars, void *use)",
);

/** https://learn.microsoft.com/windows/win32/api/aclapi/nf-aclapi-getsecurityinfo */
export const getSecurityInfo: (
  handle: Handle,
  objectType: number,
  information: number,
  owner: BigUint64Array,
  group: null,
  dacl: null,
  sacl: null,
  descriptor: BigUint64Array,
) => number = declare(
  "uint32_t __stdcall GetSecurityInfo(intptr_t handle, int objectType, uint32_t information, void *owner, void *group, void *dacl, void *sacl, void *descriptor)",
);

/**
 * Sets a value of a key, which is created if it does not exist. Returns an error code of the
 * system, 0 for success.
 * https://learn.microsoft.com/windows/win32/api/winreg/nf-winreg-regsetkeyvaluew
 */
export const regSetKeyValue: (
  root: Handle,
  subkey: string,
  name: string | null,
  type: number,
  data: Buffer,
  bytes: number,
) => number = declare(
  "int32_t __stdcall RegSetKeyValueW(intptr_t root, const char16_t *subkey, const char16_t *name, uint32_t type, void *data, uint32_t bytes)",
);

/**
 * Deletes a key and everything below it. Returns an error code of the system, 0 for success.
 * https://learn.microsoft.com/windows/win32/api/winreg/nf-winreg-regdeletetreew
 */
export const regDeleteTree: (root: Handle, subkey: string) => number = declare(
  "int32_t __stdcall RegDeleteTreeW(intptr_t root, const char16_t *subkey)",
);
