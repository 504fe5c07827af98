/** Layouts of 64-bit Windows. Offsets are in bytes. */

/** https://learn.microsoft.com/windows/win32/api/oaidl/ns-oaidl-variant */
export const variant = { bytes: 24, type: 0, data: 8 } as const;

/** https://learn.microsoft.com/windows/win32/api/oaidl/ns-oaidl-dispparams */
export const dispatchParams = { bytes: 24, args: 0, names: 8, argCount: 16, nameCount: 20 } as const;

/** https://learn.microsoft.com/windows/win32/api/oaidl/ns-oaidl-excepinfo */
export const exceptionInfo = { bytes: 64, source: 8, description: 16, helpFile: 24, code: 56 } as const;

/** https://learn.microsoft.com/windows/win32/api/wtypes/ns-wtypes-decimal-r1: it covers a whole VARIANT. */
export const decimal = { scale: 2, sign: 3, high: 4, low: 8, negative: 0x80 } as const;

/** https://learn.microsoft.com/windows/win32/api/wtypes/ne-wtypes-varenum */
export const vt = {
  empty: 0,
  null: 1,
  i2: 2,
  i4: 3,
  r4: 4,
  r8: 5,
  currency: 6,
  date: 7,
  bstr: 8,
  dispatch: 9,
  error: 10,
  bool: 11,
  variant: 12,
  decimal: 14,
  i1: 16,
  ui1: 17,
  ui2: 18,
  ui4: 19,
  i8: 20,
  ui8: 21,
  int: 22,
  uint: 23,
  array: 0x2000,
  byRef: 0x4000,
} as const;

/** Flags of `IDispatch::Invoke`. */
export const dispatchFlags = { method: 1, propertyGet: 2 } as const;

/** The default member of an object: https://learn.microsoft.com/windows/win32/com/dispid-constants */
export const defaultMember = 0;

/** The types of the items of typed arrays. */
export const typedArrayItems: Readonly<Record<string, number>> = {
  Int8Array: vt.i1,
  Uint8Array: vt.ui1,
  Uint8ClampedArray: vt.ui1,
  Int16Array: vt.i2,
  Uint16Array: vt.ui2,
  Int32Array: vt.i4,
  Uint32Array: vt.ui4,
  Float32Array: vt.r4,
  Float64Array: vt.r8,
  BigInt64Array: vt.i8,
  BigUint64Array: vt.ui8,
};
