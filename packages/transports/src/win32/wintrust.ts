import { loadLibrary } from "./load-koffi.js";
import type { Address, Handle } from "./types.js";

/** The functions of wintrust.dll. */
export interface Wintrust {
  /** https://learn.microsoft.com/windows/win32/api/wintrust/nf-wintrust-winverifytrust */
  readonly winVerifyTrust: (window: Handle, action: Buffer, data: Buffer) => number;
  /** https://learn.microsoft.com/windows/win32/api/wintrust/nf-wintrust-wthelperprovdatafromstatedata */
  readonly provDataFromStateData: (state: Address) => Address;
  /** https://learn.microsoft.com/windows/win32/api/wintrust/nf-wintrust-wthelpergetprovsignerfromchain */
  readonly getProvSignerFromChain: (
    providerData: Address,
    signer: number,
    isCounterSigner: number,
    counterSigner: number,
  ) => Address;
  /** https://learn.microsoft.com/windows/win32/api/wintrust/nf-wintrust-wthelpergetprovcertfromchain */
  readonly getProvCertFromChain: (signer: Address, certificate: number) => Address;
}

let loaded: Wintrust | undefined;

/** Loads the library on the first use, because most programs never ask for a signer. */
export function wintrust(): Wintrust {
  loaded ??= load();
  return loaded;
}

function load(): Wintrust {
  const { declare } = loadLibrary("wintrust.dll");
  return {
    winVerifyTrust: declare("int32_t __stdcall WinVerifyTrust(intptr_t window, void *action, void *data)"),
    provDataFromStateData: declare("uintptr_t __stdcall WTHelperProvDataFromStateData(uintptr_t state)"),
    getProvSignerFromChain: declare(
      "uintptr_t __stdcall WTHelperGetProvSignerFromChain(uintptr_t data, uint32_t signer, int isCounterSigner, uint32_t counterSigner)",
    ),
    getProvCertFromChain: declare(
      "uintptr_t __stdcall WTHelperGetProvCertFromChain(uintptr_t signer, uint32_t certificate)",
    ),
  };
}
