import { DispatchPointer, FixedPoint, LooseArray, type LooseValue, VariantMismatch } from "./loose-value.js";

export function mismatch(expected: string, value: LooseValue): VariantMismatch {
  return new VariantMismatch(`expected ${expected}, got ${kindOf(value)}`);
}

function kindOf(value: LooseValue): string {
  if (value === null) return "null";
  if (value instanceof Date) return "a date";
  if (value instanceof FixedPoint) return "a currency or decimal";
  if (value instanceof LooseArray) return "an array";
  if (value instanceof DispatchPointer) return "an object";
  return typeof value;
}

/** @throws {VariantMismatch} */
export function fitNumber(value: LooseValue): number {
  if (typeof value === "number") return value;
  if (value instanceof FixedPoint) return value.toNumber();
  if (typeof value === "bigint" && Number.isSafeInteger(Number(value))) return Number(value);
  throw mismatch("number", value);
}

/** @throws {VariantMismatch} */
export function fitBigint(value: LooseValue): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  const whole = value instanceof FixedPoint ? value.toBigint() : undefined;
  if (whole === undefined) throw mismatch("bigint", value);
  return whole;
}

/** @throws {VariantMismatch} */
export function fitLiteral(
  value: LooseValue,
  { values, label }: { readonly values: readonly unknown[]; readonly label: string },
): unknown {
  if (values.includes(value)) return value;
  const isWhole = typeof value === "number" && Number.isSafeInteger(value);
  if (isWhole && values.includes(BigInt(value))) return BigInt(value);
  throw mismatch(label, value);
}

const typedArrays = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
} as const;

/**
 * Returns a typed array of some items.
 * @param name name of its class.
 * @throws {VariantMismatch} if it cannot hold one of them.
 */
export function fitTypedArray(name: string, items: readonly LooseValue[]): ArrayBufferView {
  const TypedArray = typedArrays[name as keyof typeof typedArrays];
  const isBig = TypedArray === BigInt64Array || TypedArray === BigUint64Array;
  const wanted = isBig ? items.map(fitBigint) : items.map(fitNumber);
  const made: ArrayBufferView & ArrayLike<number | bigint> = new TypedArray(wanted as never);
  const isExact = TypedArray === Float32Array || wanted.every((item, index) => Object.is(item, made[index]));
  if (!isExact) throw new VariantMismatch(`a number that does not fit into ${name}`);
  return made;
}
