import { loadLibrary } from "./load-koffi.js";
import type { Address } from "./types.js";

/**
 * Declarations of functions of ole32.dll. They return an HRESULT, which is negative for a failure.
 */

const { declare } = loadLibrary("ole32.dll");

/** https://learn.microsoft.com/windows/win32/api/combaseapi/nf-combaseapi-coinitializeex */
export const coInitializeEx: (reserved: null, apartment: number) => number = declare(
  "int __stdcall CoInitializeEx(void *reserved, uint32_t apartment)",
);

/** https://learn.microsoft.com/windows/win32/api/combaseapi/nf-combaseapi-couninitialize */
export const coUninitialize: () => void = declare("void __stdcall CoUninitialize()");

/** https://learn.microsoft.com/windows/win32/api/combaseapi/nf-combaseapi-coregisterclassobject */
export const coRegisterClassObject: (
  clsid: Buffer,
  factory: Address,
  context: number,
  flags: number,
  cookie: Uint32Array,
) => number = declare(
  "int __stdcall CoRegisterClassObject(void *clsid, uintptr_t factory, uint32_t context, uint32_t flags, void *cookie)",
);

/** https://learn.microsoft.com/windows/win32/api/combaseapi/nf-combaseapi-corevokeclassobject */
export const coRevokeClassObject: (cookie: number) => number = declare(
  "int __stdcall CoRevokeClassObject(uint32_t cookie)",
);

/** https://learn.microsoft.com/windows/win32/api/combaseapi/nf-combaseapi-codisconnectobject */
export const coDisconnectObject: (object: Address, reserved: number) => number = declare(
  "int __stdcall CoDisconnectObject(uintptr_t object, uint32_t reserved)",
);

/** https://learn.microsoft.com/windows/win32/api/combaseapi/nf-combaseapi-comarshalinterthreadinterfaceinstream */
export const coMarshalInterThreadInterfaceInStream: (
  iid: Buffer,
  object: Address,
  stream: BigUint64Array,
) => number = declare(
  "int __stdcall CoMarshalInterThreadInterfaceInStream(void *iid, uintptr_t object, void *stream)",
);

/**
 * Releases the stream.
 * https://learn.microsoft.com/windows/win32/api/combaseapi/nf-combaseapi-cogetinterfaceandreleasestream
 */
export const coGetInterfaceAndReleaseStream: (
  stream: Address,
  iid: Buffer,
  object: BigUint64Array,
) => number = declare(
  "int __stdcall CoGetInterfaceAndReleaseStream(uintptr_t stream, void *iid, void *object)",
);
