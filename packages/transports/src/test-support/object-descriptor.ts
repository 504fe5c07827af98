import { getSecurityInfo } from "../win32/advapi32.js";
import { localFree } from "../win32/kernel32.js";
import { loadLibrary, readUtf16 } from "../win32/load-koffi.js";
import type { Address, Handle } from "../win32/types.js";

const { declare } = loadLibrary("advapi32.dll");

/** https://learn.microsoft.com/windows/win32/api/sddl/nf-sddl-convertsecuritydescriptortostringsecuritydescriptorw */
const toText: (
  descriptor: Address,
  revision: number,
  parts: number,
  text: BigUint64Array,
  chars: null,
) => number = declare(
  "int __stdcall ConvertSecurityDescriptorToStringSecurityDescriptorW(uintptr_t descriptor, uint32_t revision, uint32_t parts, void *text, void *chars)",
);

const kernelObject = 6;
const ownerAndDacl = 0x1 | 0x4;

/** Returns the owner and the rights of an open object, as the system has recorded them. */
export function objectDescriptor(handle: Handle): string {
  const none = () => new BigUint64Array(1);
  const descriptor = none();
  const text = none();
  const code = getSecurityInfo(handle, kernelObject, ownerAndDacl, none(), null, null, null, descriptor);
  if (code !== 0) throw new Error(`GetSecurityInfo: ${code}`);
  if (toText(Number(descriptor[0]) as Address, 1, ownerAndDacl, text, null) === 0) throw new Error("no text");
  try {
    return readUtf16(Number(text[0]) as Address);
  } finally {
    localFree(Number(text[0]) as Address);
    localFree(Number(descriptor[0]) as Address);
  }
}
