import { isPlainObject } from "../runtime/brands.js";
import { fits64Bits } from "./bigint-bytes.js";
import { categoryOf } from "./categories.js";
import { ArrayShape } from "./collection-shapes.js";
import { RecordShape } from "./object-shape.js";
import { bigintShape, bytesShape, dateShape, numberShape, stringShape } from "./scalar-shapes.js";
import type { Shape } from "./shape.js";
import { kindOf, ShapeMismatch } from "./shape-mismatch.js";

const travels = "data that `unknown` can carry (declare the type)";

/**
 * Largest 64-bit integer that is decoded as a number. A bigint of at most this size would arrive as
 * a number.
 */
const mostNumber = 2n ** 53n;

/**
 * `unknown`: values that plain MessagePack represents by itself. These are null, undefined,
 * booleans, numbers, strings, dates, bytes, arrays, plain objects, and bigints of 64 bits that a
 * number cannot hold. Anything else would arrive as something different, and is refused with its
 * path.
 */
export const unknownShape: Shape = {
  kind: "unknown",
  label: "unknown",
  sends: undefined,
  receives: undefined,
  convert(value, conversion) {
    if (conversion.direction === "receive") return value;
    switch (categoryOf(value)) {
      case "null":
      case "undefined":
      case "boolean":
        return value;
      case "number":
        return numberShape.convert(value, conversion);
      case "string":
        return stringShape.convert(value, conversion);
      case "bytes":
        return bytesShape.convert(value, conversion);
      case "date":
        return dateShape.convert(value, conversion);
      case "bigint":
        return requireBigint(value as bigint);
      case "array":
        return items.convert(value, conversion);
      case "object":
        if (isPlainObject(value as object)) return properties.convert(value, conversion);
    }
    throw new ShapeMismatch(travels, kindOf(value));
  },
};

const items = new ArrayShape(unknownShape);
const properties = new RecordShape(unknownShape);

function requireBigint(value: bigint): bigint {
  if (!fits64Bits(value)) throw new ShapeMismatch(bigintShape.label, "one beyond 64 bits");
  if (value >= -mostNumber && value <= mostNumber)
    throw new ShapeMismatch(travels, "a bigint within ±2^53, which would arrive as a number");
  return value;
}
