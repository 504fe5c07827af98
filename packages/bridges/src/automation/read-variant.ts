import {
  type Address,
  nullAddress,
  safeArrayAccessData,
  safeArrayGetDim,
  safeArrayGetElemsize,
  safeArrayGetLBound,
  safeArrayGetUBound,
  safeArrayGetVartype,
  safeArrayUnaccessData,
  sysStringByteLen,
} from "@crosspane/transports/win32";
import { assertOk, hresults } from "./hresults.js";
import { DispatchPointer, FixedPoint, LooseArray, type LooseValue, VariantMismatch } from "./loose-value.js";
import { at, pointerAt, pointerBytes, readBytes, readPointer } from "./native-memory.js";
import { fromOleDate } from "./ole-date.js";
import { decimal, variant, vt } from "./variant-layout.js";

/** Decimal places of a currency. */
const currencyScale = 4;

/**
 * Reads a VARIANT, of which nothing is freed.
 * @throws {VariantMismatch} if no type of a contract has values like it.
 */
export function readVariant(address: Address): LooseValue {
  const type = readBytes(address, 2).readUInt16LE();
  if (type === (vt.byRef | vt.variant)) return readVariant(readPointer(at(address, variant.data)));
  const isByRef = (type & vt.byRef) !== 0;
  const plain = type & ~vt.byRef;
  const data = isByRef ? readPointer(at(address, variant.data)) : at(address, variant.data);
  if (plain !== vt.decimal) return readItem(plain, data);
  return readDecimal(isByRef ? data : address);
}

/** Reads a value of a type at an address, such as an item of an array. */
function readItem(type: number, from: Address): LooseValue {
  if ((type & vt.array) !== 0) return readArray(readPointer(from));
  switch (type) {
    case vt.variant:
      return readVariant(from);
    case vt.decimal:
      return readDecimal(from);
    case vt.empty:
      return undefined;
    case vt.null:
      return null;
    case vt.error:
      if (readBytes(from, 4).readInt32LE() === hresults.paramNotFound) return undefined;
      throw new VariantMismatch("an error code");
    case vt.bstr:
      return readText(readPointer(from));
    case vt.dispatch: {
      const pointer = readPointer(from);
      return pointer === nullAddress ? null : new DispatchPointer(pointer);
    }
    default:
      return readScalar(type, readBytes(from, scalarBytes));
  }
}

const scalarBytes = 8;

function readScalar(type: number, bytes: Buffer): LooseValue {
  switch (type) {
    case vt.bool:
      return bytes.readInt16LE() !== 0;
    case vt.i1:
      return bytes.readInt8();
    case vt.ui1:
      return bytes.readUInt8();
    case vt.i2:
      return bytes.readInt16LE();
    case vt.ui2:
      return bytes.readUInt16LE();
    case vt.i4:
    case vt.int:
      return bytes.readInt32LE();
    case vt.ui4:
    case vt.uint:
      return bytes.readUInt32LE();
    case vt.i8:
      return bytes.readBigInt64LE();
    case vt.ui8:
      return bytes.readBigUInt64LE();
    case vt.r4:
      return bytes.readFloatLE();
    case vt.r8:
      return bytes.readDoubleLE();
    case vt.currency:
      return new FixedPoint(bytes.readBigInt64LE(), currencyScale);
    case vt.date:
      return fromOleDate(bytes.readDoubleLE());
    default:
      throw new VariantMismatch(`a VARIANT of type ${type}`);
  }
}

function readDecimal(from: Address): FixedPoint {
  const bytes = readBytes(from, variant.bytes);
  const units = (BigInt(bytes.readUInt32LE(decimal.high)) << 64n) | bytes.readBigUInt64LE(decimal.low);
  const isNegative = bytes.readUInt8(decimal.sign) === decimal.negative;
  return new FixedPoint(isNegative ? -units : units, bytes.readUInt8(decimal.scale));
}

/** Reads a BSTR; a null pointer is an empty text. */
export function readText(text: Address): string {
  return text === nullAddress ? "" : readBytes(text, sysStringByteLen(text)).toString("utf16le");
}

function readArray(array: Address): LooseArray {
  if (array === nullAddress) return new LooseArray([]);
  if (safeArrayGetDim(array) !== 1) throw new VariantMismatch("an array of several dimensions");
  const [low, high] = [new Int32Array(1), new Int32Array(1)];
  assertOk("SafeArrayGetLBound", safeArrayGetLBound(array, 1, low));
  assertOk("SafeArrayGetUBound", safeArrayGetUBound(array, 1, high));
  const length = (high[0] ?? 0) - (low[0] ?? 0) + 1;
  const type = new Uint16Array(1);
  assertOk("SafeArrayGetVartype", safeArrayGetVartype(array, type));
  const step = safeArrayGetElemsize(array);
  const place = new BigUint64Array(1);
  assertOk("SafeArrayAccessData", safeArrayAccessData(array, place));
  try {
    const first = pointerAt(Buffer.from(place.buffer, 0, pointerBytes), 0);
    return new LooseArray(readItems(type[0] as number, { first, step, length }));
  } finally {
    safeArrayUnaccessData(array);
  }
}

function readItems(
  type: number,
  { first, step, length }: { readonly first: Address; readonly step: number; readonly length: number },
): readonly LooseValue[] | Buffer {
  if (step > scalarBytes || isIndirect(type)) {
    return Array.from({ length }, (_, index) => readItem(type, at(first, index * step)));
  }
  const bytes = readBytes(first, length * step);
  if (type === vt.ui1) return bytes;
  const scalar = Buffer.alloc(scalarBytes);
  return Array.from({ length }, (_, index) => {
    bytes.copy(scalar, 0, index * step, (index + 1) * step);
    return readScalar(type, scalar);
  });
}

function isIndirect(type: number): boolean {
  return type === vt.bstr || type === vt.dispatch || type === vt.error;
}
