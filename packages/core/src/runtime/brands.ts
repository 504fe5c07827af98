/**
 * Identifies built-in objects by their internal slots instead of `instanceof`. A value of another
 * realm (a `node:vm` context, in which jest runs tests, or a frame of a page) is of the same kind
 * and has other constructors.
 */

const tagOf = (value: object): string => Object.prototype.toString.call(value);

const typedArrayTag = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get as () => string | undefined;

/**
 * Returns the name of a typed array's class, or undefined for anything else. A subclass such as
 * Node's `Buffer` has the name of its base.
 */
export function typedArrayName(value: unknown): string | undefined {
  return typedArrayTag.call(value);
}

/**
 * Returns a `Uint8Array` as one of this realm over the same memory, or undefined for anything else.
 */
export function asBytes(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array && ArrayBuffer.isView(value)) return value;
  if (typedArrayName(value) !== "Uint8Array") return undefined;
  const { buffer, byteOffset, byteLength } = value as Uint8Array;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Returns a `Date` as one of this realm, or undefined for an invalid date and anything else. */
export function asDate(value: unknown): Date | undefined {
  const time = isObject(value) && isDate(value) ? timeOf(value) : Number.NaN;
  if (Number.isNaN(time)) return undefined;
  return value instanceof Date ? value : new Date(time);
}

/** True for a `Date`, also an invalid one. */
export function isDate(value: object): boolean {
  return value instanceof Date || tagOf(value) === "[object Date]";
}

/** True for a `Map`, and for a class of another library with the same tag. */
export function isMap(value: unknown): value is ReadonlyMap<unknown, unknown> {
  return isObject(value) && (value instanceof Map || isCollection(value, "[object Map]"));
}

/** True for a `Set`, and for a class of another library with the same tag. */
export function isSet(value: unknown): value is ReadonlySet<unknown> {
  return isObject(value) && (value instanceof Set || isCollection(value, "[object Set]"));
}

/** True for a promise. A mere thenable has the tag of its class. */
export function isPromise(value: unknown): value is Promise<unknown> {
  return isObject(value) && (value instanceof Promise || tagOf(value) === "[object Promise]");
}

/** True for an `AbortSignal`, also that of a polyfill. */
export function isAbortSignal(value: unknown): value is AbortSignal {
  return (
    isObject(value) &&
    tagOf(value) === "[object AbortSignal]" &&
    typeof (value as { addEventListener?: unknown }).addEventListener === "function"
  );
}

/** True for an error, also a `DOMException`. Never throws, whatever the program threw. */
export function isError(value: unknown): value is Error {
  if (!isObject(value)) return false;
  try {
    if (value instanceof Error) return true;
    const tag = tagOf(value);
    return tag === "[object Error]" || tag === "[object DOMException]";
  } catch {
    // Any access to a revoked proxy throws.
    return false;
  }
}

/**
 * True for `{}`, `Object.create(null)` and plain host objects such as `process.env`. False for a
 * class instance, whose state may hide behind getters.
 */
export function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === Object.prototype || prototype === null || isRootPrototype(prototype)) return true;
  return isHostPrototype(prototype);
}

/** True for a plain object of this realm, which the codec recognizes as one. */
export function isOwnPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** True for the `Object.prototype` of any realm. */
function isRootPrototype(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf");
}

/** True for the prototype of host objects that adds nothing. Its constructor has no name. */
function isHostPrototype(prototype: object): boolean {
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  if (typeof maker !== "function" || maker.name !== "") return false;
  const parent = Object.getPrototypeOf(prototype) as object | null;
  return parent !== null && isRootPrototype(parent) && Reflect.ownKeys(prototype).length === 1;
}

function isCollection(value: object, tag: string): boolean {
  return tagOf(value) === tag && typeof Reflect.get(value, Symbol.iterator) === "function";
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Returns NaN for an object that only looks like a date, such as a `Proxy` around one. */
function timeOf(value: object): number {
  try {
    return Date.prototype.getTime.call(value);
  } catch {
    return Number.NaN;
  }
}
