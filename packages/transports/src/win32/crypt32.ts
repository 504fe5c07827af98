import { loadLibrary } from "./load-koffi.js";
import type { Address } from "./types.js";

/** The functions of crypt32.dll. */
export interface Crypt32 {
  /** https://learn.microsoft.com/windows/win32/api/wincrypt/nf-wincrypt-certgetnamestringw */
  readonly certGetNameString: (
    certificate: Address,
    type: number,
    flags: number,
    parameter: null,
    name: Buffer | null,
    chars: number,
  ) => number;
}

let loaded: Crypt32 | undefined;

/** Loads the library on the first use, because most programs never ask for a signer. */
export function crypt32(): Crypt32 {
  loaded ??= load();
  return loaded;
}

function load(): Crypt32 {
  const { declare } = loadLibrary("crypt32.dll");
  return {
    certGetNameString: declare(
      "uint32_t __stdcall CertGetNameStringW(uintptr_t certificate, uint32_t type, uint32_t flags, void *parameter, void *name, uint32_t chars)",
    ),
  };
}
