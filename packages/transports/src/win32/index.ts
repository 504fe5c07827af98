/**
 * Functions of Windows for the bridges of this project. Internal: it follows no version, and
 * programs must not use it.
 * @packageDocumentation
 * @internal
 */

export { regDeleteTree, regSetKeyValue } from "./advapi32.js";
export { createEvent, moveFromAddress, moveToAddress, setEvent } from "./kernel32.js";
export {
  allocate,
  nativeCallback,
  nativeFunction,
  pointerTo,
  readUtf16,
  release,
} from "./load-koffi.js";
export {
  coDisconnectObject,
  coGetInterfaceAndReleaseStream,
  coInitializeEx,
  coMarshalInterThreadInterfaceInStream,
  coRegisterClassObject,
  coRevokeClassObject,
  coUninitialize,
} from "./ole32.js";
export {
  registerActiveObject,
  revokeActiveObject,
  safeArrayAccessData,
  safeArrayCreateVector,
  safeArrayDestroy,
  safeArrayGetDim,
  safeArrayGetElemsize,
  safeArrayGetLBound,
  safeArrayGetUBound,
  safeArrayGetVartype,
  safeArrayUnaccessData,
  sysAllocStringLen,
  sysFreeString,
  sysStringByteLen,
  variantClear,
} from "./oleaut32.js";
export { OwnedHandle } from "./owned-handle.js";
export { type Address, type Handle, type Hwnd, nullAddress } from "./types.js";
export { dispatchMessage, msgWaitForMultipleObjectsEx, peekMessage } from "./user32.js";
export { errorCodes, systemText, win32Error } from "./win32-error.js";
