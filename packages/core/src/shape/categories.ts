/** What a value is, as far as a union must know to choose a member without trying each. */
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

/** The category of a JavaScript value, before sending or after decoding. */
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
  if (Array.isArray(value)) return "array";
  if (value instanceof Uint8Array) return "bytes";
  if (ArrayBuffer.isView(value)) return "typedArray";
  if (value instanceof Date) return "date";
  if (value instanceof Map) return "map";
  if (value instanceof Set) return "set";
  return "object";
}
