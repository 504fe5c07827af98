import { loadLibrary } from "./load-koffi.js";
import type { Address } from "./types.js";

/** Declarations of functions of oleaut32.dll. An HRESULT is negative for a failure. */

const { declare } = loadLibrary("oleaut32.dll");

/** https://learn.microsoft.com/windows/win32/api/oleauto/nf-oleauto-registeractiveobject */
export const registerActiveObject: (
  object: Address,
  clsid: Buffer,
  flags: number,
  cookie: Uint32Array,
) => number = declare(
  "int __stdcall RegisterActiveObject(uintptr_t object, void *clsid, uint32_t flags, void *cookie)",
);

/** https://learn.microsoft.com/windows/win32/api/oleauto/nf-oleauto-revokeactiveobject */
export const revokeActiveObject: (cookie: number, reserved: null) => number = declare(
  "int __stdcall RevokeActiveObject(uint32_t cookie, void *reserved)",
);

/**
 * @returns a null pointer if there is no memory.
 * https://learn.microsoft.com/windows/win32/api/oleauto/nf-oleauto-sysallocstringlen
 */
export const sysAllocStringLen: (text: Buffer, chars: number) => Address = declare(
  "uintptr_t __stdcall SysAllocStringLen(void *text, uint32_t chars)",
);

/** https://learn.microsoft.com/windows/win32/api/oleauto/nf-oleauto-sysfreestring */
export const sysFreeString: (text: Address) => void = declare("void __stdcall SysFreeString(uintptr_t text)");

/** https://learn.microsoft.com/windows/win32/api/oleauto/nf-oleauto-sysstringbytelen */
export const sysStringByteLen: (text: Address) => number = declare(
  "uint32_t __stdcall SysStringByteLen(uintptr_t text)",
);

/**
 * Frees what a VARIANT holds.
 * https://learn.microsoft.com/windows/win32/api/oleauto/nf-oleauto-variantclear
 */
export const variantClear: (variant: Address) => number = declare(
  "int __stdcall VariantClear(uintptr_t variant)",
);

/**
 * @returns a null pointer if there is no memory.
 * https://learn.microsoft.com/windows/win32/api/oleauto/nf-oleauto-safearraycreatevector
 */
export const safeArrayCreateVector: (type: number, lowerBound: number, items: number) => Address = declare(
  "uintptr_t __stdcall SafeArrayCreateVector(uint16_t type, int32_t lowerBound, uint32_t items)",
);

/** https://learn.microsoft.com/windows/win32/api/oleauto/nf-oleauto-safearraydestroy */
export const safeArrayDestroy: (array: Address) => number = declare(
  "int __stdcall SafeArrayDestroy(uintptr_t array)",
);

/** https://learn.microsoft.com/windows/win32/api/oleauto/nf-oleauto-safearraygetdim */
export const safeArrayGetDim: (array: Address) => number = declare(
  "uint32_t __stdcall SafeArrayGetDim(uintptr_t array)",
);

/** https://learn.microsoft.com/windows/win32/api/oleauto/nf-oleauto-safearraygetelemsize */
export const safeArrayGetElemsize: (array: Address) => number = declare(
  "uint32_t __stdcall SafeArrayGetElemsize(uintptr_t array)",
);

/** https://learn.microsoft.com/windows/win32/api/oleauto/nf-oleauto-safearraygetlbound */
export const safeArrayGetLBound: (array: Address, dimension: number, bound: Int32Array) => number = declare(
  "int __stdcall SafeArrayGetLBound(uintptr_t array, uint32_t dimension, void *bound)",
);

/** https://learn.microsoft.com/windows/win32/api/oleauto/nf-oleauto-safearraygetubound */
export const safeArrayGetUBound: (array: Address, dimension: number, bound: Int32Array) => number = declare(
  "int __stdcall SafeArrayGetUBound(uintptr_t array, uint32_t dimension, void *bound)",
);

/** https://learn.microsoft.com/windows/win32/api/oleauto/nf-oleauto-safearraygetvartype */
export const safeArrayGetVartype: (array: Address, type: Uint16Array) => number = declare(
  "int __stdcall SafeArrayGetVartype(uintptr_t array, void *type)",
);

/**
 * Locks the array and returns the address of its items.
 * https://learn.microsoft.com/windows/win32/api/oleauto/nf-oleauto-safearrayaccessdata
 */
export const safeArrayAccessData: (array: Address, items: BigUint64Array) => number = declare(
  "int __stdcall SafeArrayAccessData(uintptr_t array, void *items)",
);

/** https://learn.microsoft.com/windows/win32/api/oleauto/nf-oleauto-safearrayunaccessdata */
export const safeArrayUnaccessData: (array: Address) => number = declare(
  "int __stdcall SafeArrayUnaccessData(uintptr_t array)",
);
