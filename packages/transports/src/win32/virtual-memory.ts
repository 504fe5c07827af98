import { loadLibrary } from "./load-koffi.js";
import type { Address } from "./types.js";

/**
 * Declarations of the functions of kernel32.dll for address space. They are apart from the others
 * because `CallStackRoom` needs them immediately after koffi is loaded.
 */

const { declare } = loadLibrary("kernel32.dll");

/** https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-virtualquery */
export const virtualQuery: (address: Address, information: Buffer, bytes: number) => number = declare(
  "uintptr_t __stdcall VirtualQuery(uintptr_t address, void *information, uintptr_t bytes)",
);

/** https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-virtualalloc */
export const virtualAlloc: (address: Address, bytes: number, type: number, protection: number) => Address =
  declare(
    "uintptr_t __stdcall VirtualAlloc(uintptr_t address, uintptr_t bytes, uint32_t type, uint32_t protection)",
  );

/** https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-virtualfree */
export const virtualFree: (address: Address, bytes: number, type: number) => number = declare(
  "int __stdcall VirtualFree(uintptr_t address, uintptr_t bytes, uint32_t type)",
);

/** https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-getcurrentthreadstacklimits */
export const getCurrentThreadStackLimits: (low: BigUint64Array, high: BigUint64Array) => void = declare(
  "void __stdcall GetCurrentThreadStackLimits(void *low, void *high)",
);
