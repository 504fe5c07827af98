import { isDate, isMap, isSet, typedArrayName } from "../runtime/brands.js";

/** Category of a value, by which a union chooses a member without trying each. */
export type WireCategory =
  | "string"
  | "number"
  | "bigint"
  | "boolean"
  | "undefined"
  | "null"
  | "array"
  | "bytes"
  | "typedArray"
  | "date"
  | "map"
  | "set"
  | "object"
  | "function"
  | "other";

/** Returns the category of a JavaScript value, before sending or after decoding. */
export function categoryOf(value: unknown): WireCategory {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
    case "undefined":
      return typeof value as WireCategory;
    case "object":
      return value === null ? "null" : objectCategory(value);
    case "function":
      return "function";
    default:
      return "other";
  }
}

function objectCategory(value: object): WireCategory {
  // The most frequent case comes first.
  if (Object.getPrototypeOf(value) === Object.prototype) return "object";
  if (Array.isArray(value)) return "array";
  if (ArrayBuffer.isView(value)) return typedArrayName(value) === "Uint8Array" ? "bytes" : "typedArray";
  if (isDate(value)) return "date";
  if (isMap(value)) return "map";
  if (isSet(value)) return "set";
  return "object";
}
