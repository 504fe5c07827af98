/**
 * Notation for values that JSON cannot say, in arguments and in results. An object with one such
 * key is the value: `{ "$date": "2026-01-31T12:00:00Z" }`.
 */
import { readFileSync } from "node:fs";
import { UsageError } from "../usage-error.js";

const typedArrays = {
  Int8Array,
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

type TypedArrayName = keyof typeof typedArrays;

/** Reads the value of each key. */
const readers: Readonly<Record<string, (data: unknown) => unknown>> = {
  $date: readDate,
  $bigint: (data) => readBigint("$bigint", data),
  $number: readSpecialNumber,
  $undefined: () => undefined,
  $bytes: readBase64,
  $file: (data) => readFile(text("$file", data)),
  $map: (data) => new Map(pairs(data)),
  $set: (data) => new Set(list("$set", data).map(fromNotation)),
  /** An object as it is, also if its only key is one of these. */
  $object: (data) => readObject(data),
  ...Object.fromEntries(
    Object.keys(typedArrays).map((name) => [
      `$${name}`,
      (data) => readTypedArray(name as TypedArrayName, data),
    ]),
  ),
};

/**
 * Returns the value that parsed JSON5 stands for.
 * @throws {UsageError} for a key of the notation with invalid data.
 */
export function fromNotation(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(fromNotation);
  if (typeof json !== "object" || json === null) return json;
  const key = onlyKey(json);
  if (key !== undefined && Object.hasOwn(readers, key)) {
    return readers[key]?.((json as Readonly<Record<string, unknown>>)[key]);
  }
  return readObject(json);
}

/** Returns the notation of a value, which JSON can say. */
export function toNotation(value: unknown): unknown {
  switch (typeof value) {
    case "bigint":
      return { $bigint: String(value) };
    case "undefined":
      return { $undefined: true };
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $number: Object.is(value, -0) ? "-0" : String(value) };
    case "function":
      return { $reference: "function" };
    case "object":
      return value === null ? null : objectNotation(value);
    default:
      return value;
  }
}

function objectNotation(value: object): unknown {
  if (Array.isArray(value)) return value.map(toNotation);
  if (value instanceof Date) return { $date: value.toJSON() };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  if (value instanceof Map) {
    return { $map: [...value].map(([key, item]) => [toNotation(key), toNotation(item)]) };
  }
  if (value instanceof Set) return { $set: [...value].map(toNotation) };
  if (ArrayBuffer.isView(value)) {
    const { name } = value.constructor;
    return { [`$${name}`]: [...(value as unknown as Iterable<number | bigint>)].map(itemNotation) };
  }
  if (Symbol.asyncIterator in value) return { $reference: "stream" };
  if (Object.getPrototypeOf(value) !== Object.prototype) return { $reference: value.constructor.name };
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const object = Object.fromEntries(entries.map(([name, item]) => [name, toNotation(item)]));
  const key = onlyKey(object);
  return key !== undefined && Object.hasOwn(readers, key) ? { $object: object } : object;
}

/** Integers of 64 bits are text, because numbers of JSON lose digits in most programs. */
function itemNotation(item: number | bigint): unknown {
  return typeof item === "bigint" ? String(item) : toNotation(item);
}

function onlyKey(json: object): string | undefined {
  const keys = Object.keys(json);
  return keys.length === 1 ? keys[0] : undefined;
}

function readObject(data: unknown): unknown {
  if (typeof data !== "object" || data === null || Array.isArray(data)) throw invalid("$object", "an object");
  return Object.fromEntries(Object.entries(data).map(([key, item]) => [key, fromNotation(item)]));
}

function readDate(data: unknown): Date {
  const date = typeof data === "number" || typeof data === "string" ? new Date(data) : undefined;
  if (date === undefined || Number.isNaN(date.getTime())) {
    throw invalid("$date", 'a time such as "2026-01-31T12:00:00Z", or milliseconds since 1970');
  }
  return date;
}

function readBigint(key: string, data: unknown): bigint {
  if ((typeof data === "string" && /^[+-]?\d+$/.test(data)) || Number.isSafeInteger(data)) {
    return BigInt(data as string | number);
  }
  throw invalid(key, 'an integer as text, such as "12345678901234567890"');
}

function readSpecialNumber(data: unknown): number {
  if (typeof data === "string" && ["NaN", "Infinity", "-Infinity", "-0"].includes(data)) return Number(data);
  throw invalid("$number", '"NaN", "Infinity", "-Infinity" or "-0"');
}

function readBase64(data: unknown): Uint8Array {
  const base64 = text("$bytes", data);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.replace(/=+$/, "").length % 4 === 1) {
    throw invalid("$bytes", "base64");
  }
  return new Uint8Array(Buffer.from(base64, "base64"));
}

function readFile(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    throw new UsageError(`$file: ${(error as Error).message}`);
  }
}

function readTypedArray(name: TypedArrayName, data: unknown): object {
  const items = list(`$${name}`, data);
  if (name === "BigInt64Array" || name === "BigUint64Array") {
    return typedArrays[name].from(items.map((item) => readBigint(`$${name}`, item)));
  }
  const numbers = items.map(fromNotation);
  if (!numbers.every((item) => typeof item === "number")) throw invalid(`$${name}`, "an array of numbers");
  return typedArrays[name].from(numbers);
}

function pairs(data: unknown): readonly (readonly [unknown, unknown])[] {
  return list("$map", data).map((pair) => {
    if (!Array.isArray(pair) || pair.length !== 2) throw invalid("$map", "an array of [key, value] pairs");
    return [fromNotation(pair[0]), fromNotation(pair[1])];
  });
}

function list(key: string, data: unknown): readonly unknown[] {
  if (!Array.isArray(data)) throw invalid(key, "an array");
  return data;
}

function text(key: string, data: unknown): string {
  if (typeof data !== "string") throw invalid(key, "text");
  return data;
}

function invalid(key: string, expected: string): UsageError {
  return new UsageError(`${key} must be ${expected}`);
}
