import { asDate, isMap, isPlainObject, isSet } from "../runtime/brands.js";

/** Levels that are copied. Deeper or circular values cannot be sent anyway. */
const maxLevels = 256;

/**
 * Copies data, so that later changes by its owner have no effect: plain objects, arrays, maps,
 * sets, dates, bytes and typed arrays. Functions and instances of classes are not copied.
 */
export function snapshot<T>(value: T): T {
  return typeof value === "object" && value !== null ? (copied(value, maxLevels) as T) : value;
}

function copied(value: unknown, levels: number): unknown {
  if (typeof value !== "object" || value === null || levels === 0) return value;
  if (Array.isArray(value)) return value.map((item) => copied(item, levels - 1));
  if (ArrayBuffer.isView(value)) return copiedView(value);
  const date = asDate(value);
  if (date !== undefined) return new Date(date);
  if (isMap(value)) {
    const copy = new Map<unknown, unknown>();
    for (const [key, item] of value) copy.set(copied(key, levels - 1), copied(item, levels - 1));
    return copy;
  }
  if (isSet(value)) return new Set([...value].map((item) => copied(item, levels - 1)));
  if (!isPlainObject(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    if (name === "__proto__") return value;
    copy[name] = copied(item, levels - 1);
  }
  return copy;
}

const { slice } = Object.getPrototypeOf(Uint8Array.prototype) as {
  readonly slice: (this: ArrayBufferView) => unknown;
};

/** Returns a copy of the same class, for example a Buffer. */
function copiedView(view: ArrayBufferView): unknown {
  return view instanceof DataView ? view : slice.call(view);
}
