import type { TypedArrayKind } from "@crosspane/core/bridge";
import type { JsonForm, JsonKind } from "./json-form.js";
import { at, JsonMismatch, kindOf } from "./json-mismatch.js";

/** Form of values that JSON has by itself. */
function sameInJson(kind: JsonKind): JsonForm {
  const check = (value: unknown) => {
    if (typeof value !== kind) throw new JsonMismatch(kind, kindOf(value));
    return value;
  };
  return { kinds: [kind], read: check, write: check };
}

/** `string`. */
export const stringForm = sameInJson("string");

/** `boolean`. */
export const booleanForm = sameInJson("boolean");

/** `null`. */
export const nullForm: JsonForm = {
  kinds: ["null"],
  read: (json) => exactly(json, null),
  write: (value) => exactly(value, null),
};

/** `undefined` and `void`: null, where it is not left out. */
export const undefinedForm: JsonForm = {
  kinds: ["null"],
  mark: "$undefined",
  read(json) {
    exactly(json, null);
    return undefined;
  },
  write(value) {
    exactly(value, undefined);
    return null;
  },
};

const specialNumbers: ReadonlySet<unknown> = new Set(["NaN", "Infinity", "-Infinity", "-0"]);

/** `number`. Those that JSON does not have are `{ "$number": "NaN" }`. */
export const numberForm: JsonForm = {
  kinds: ["number"],
  read(json) {
    if (typeof json === "number") return json;
    const special = markedWith("$number", json);
    if (!specialNumbers.has(special)) throw new JsonMismatch("number", kindOf(json));
    return Number(special);
  },
  write(value) {
    if (typeof value !== "number") throw new JsonMismatch("number", kindOf(value));
    if (Object.is(value, -0)) return { $number: "-0" };
    return Number.isFinite(value) ? value : { $number: String(value) };
  },
};

/** Longest decimal text of an integer: the limit of core is 4 KiB of binary digits. */
const maxBigintChars = 9_900;

/** `bigint`: decimal digits as text. An integer as a number is read as well, if it is exact. */
export const bigintForm: JsonForm = {
  kinds: ["string"],
  mark: "$bigint",
  read(json) {
    if (Number.isSafeInteger(json)) return BigInt(json as number);
    if (typeof json !== "string" || json.length > maxBigintChars || !/^-?\d+$/.test(json))
      throw new JsonMismatch('an integer as text, such as "12345678901234567890"', kindOf(json));
    return BigInt(json);
  },
  write(value) {
    if (typeof value !== "bigint") throw new JsonMismatch("bigint", kindOf(value));
    return String(value);
  },
};

/** RFC 3339, which OpenAPI calls `date-time`. */
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** `Date`: the time in ISO 8601 and UTC. */
export const dateForm: JsonForm = {
  kinds: ["string"],
  mark: "$date",
  read(json) {
    const date = typeof json === "string" && dateTime.test(json) ? new Date(json) : undefined;
    if (date === undefined || Number.isNaN(date.getTime()))
      throw new JsonMismatch('a time such as "2026-01-31T12:00:00Z"', kindOf(json));
    return date;
  },
  write(value) {
    if (!(value instanceof Date)) throw new JsonMismatch("Date", kindOf(value));
    if (Number.isNaN(value.getTime())) throw new JsonMismatch("a valid Date", "an invalid one");
    return value.toISOString();
  },
};

/** `Uint8Array`: base64. */
export const bytesForm: JsonForm = {
  kinds: ["string"],
  mark: "$bytes",
  read(json) {
    // Buffer ignores what is not base64, so only text that survives the way back is accepted.
    const bytes = typeof json === "string" ? Buffer.from(json, "base64") : undefined;
    if (bytes === undefined || bytes.toString("base64") !== json)
      throw new JsonMismatch("bytes in base64", kindOf(json));
    return new Uint8Array(bytes);
  },
  write(value) {
    if (!(value instanceof Uint8Array)) throw new JsonMismatch("Uint8Array", kindOf(value));
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
  },
};

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

/** Form of a typed array other than `Uint8Array`: an array of its numbers. */
export function typedArrayForm(name: TypedArrayKind): JsonForm {
  const TypedArray = typedArrays[name];
  const item = name.startsWith("Big") ? bigintForm : numberForm;
  return {
    kinds: ["array"],
    mark: `$${name}`,
    read(json, walk) {
      if (!Array.isArray(json)) throw new JsonMismatch(`the numbers of a ${name}`, kindOf(json));
      walk.spend(json.length);
      const numbers = json.map((each: unknown, index) => at(index, () => item.read(each, walk)));
      const array = new TypedArray(numbers as never[]);
      // A typed array wraps around or rounds what it cannot hold.
      const wrong = name.startsWith("Float") ? -1 : numbers.findIndex((each, index) => array[index] !== each);
      if (wrong !== -1)
        throw JsonMismatch.within(new JsonMismatch(`a number that ${name} can hold`, "another one"), wrong);
      return array;
    },
    write(value, walk) {
      if (!(value instanceof TypedArray)) throw new JsonMismatch(name, kindOf(value));
      walk.spend(value.length);
      return Array.from(value as ArrayLike<number | bigint>, (each) => item.write(each, walk));
    },
  };
}

/** Form of literals. A bigint among them is decimal text. */
export function oneOfForm(values: readonly (string | number | boolean | bigint)[]): JsonForm {
  const byJson = new Map<unknown, unknown>();
  for (const value of values) {
    const json = typeof value === "bigint" ? String(value) : value;
    if (!byJson.has(json)) byJson.set(json, value);
  }
  const label = values.map((value) => (typeof value === "bigint" ? `${value}n` : JSON.stringify(value)));
  const expected = label.join(" | ");
  return {
    kinds: [...new Set([...byJson.keys()].map((json) => typeof json as JsonKind))],
    // In both directions, a bigint is one value here and another one in JSON.
    literals: new Set([...byJson].flat()),
    read(json) {
      if (!byJson.has(json)) throw new JsonMismatch(expected, kindOf(json));
      return byJson.get(json);
    },
    write(value) {
      if (!values.includes(value as never)) throw new JsonMismatch(expected, kindOf(value));
      return typeof value === "bigint" ? String(value) : value;
    },
  };
}

/**
 * Returns the data of an object whose only key is `mark`; undefined for anything else. No mark has
 * undefined as its data, since JSON has no such value.
 */
export function markedWith(mark: string, json: unknown): unknown {
  if (typeof json !== "object" || json === null) return undefined;
  const keys = Object.keys(json);
  return keys.length === 1 && keys[0] === mark ? (json as Record<string, unknown>)[mark] : undefined;
}

function exactly(value: unknown, expected: null | undefined): unknown {
  if (value !== expected) throw new JsonMismatch(String(expected), kindOf(value));
  return value;
}
