import { fits64Bits } from "./bigint-bytes.js";
import { categoryOf } from "./categories.js";
import { enterLevel } from "./enter-level.js";
import { isPlainObject } from "./object-shape.js";
import { bigintShape, dateShape, stringShape } from "./scalar-shapes.js";
import type { Shape } from "./shape.js";
import { kindOf, ShapeMismatch } from "./shape-mismatch.js";

const travels = "data that `unknown` can carry (declare the type)";

/**
 * `unknown`: what plain MessagePack says by itself: null, undefined, booleans, numbers, strings, bigints within 64 bits, dates,
 * bytes, arrays and plain objects. Anything else would arrive as something different and is refused by path. A bigint within
 * ±(2^53 - 1) arrives as a number.
 */
export const unknownShape: Shape = {
  kind: "unknown",
  label: "unknown",
  sends: undefined,
  receives: undefined,
  convert(value, sending, levelsLeft) {
    if (sending) assertTravels(value, levelsLeft);
    return value;
  },
};

function assertTravels(value: unknown, levelsLeft: number): void {
  switch (categoryOf(value)) {
    case "null":
    case "undefined":
    case "boolean":
    case "number":
    case "bytes":
      return;
    case "string":
      stringShape.convert(value, true, levelsLeft);
      return;
    case "date":
      dateShape.convert(value, true, levelsLeft);
      return;
    case "bigint":
      if (!fits64Bits(value as bigint)) throw new ShapeMismatch(bigintShape.label, "one beyond 64 bits");
      return;
    case "array":
      assertEach((value as unknown[]).entries(), enterLevel(levelsLeft));
      return;
    case "object":
      if (isPlainObject(value as object)) {
        assertEach(Object.entries(value as object), enterLevel(levelsLeft));
        return;
      }
  }
  throw new ShapeMismatch(travels, kindOf(value));
}

function assertEach(entries: Iterable<[string | number, unknown]>, levelsLeft: number): void {
  for (const [segment, item] of entries) {
    try {
      if (segment === "__proto__") throw new ShapeMismatch("another name", "__proto__");
      if (typeof segment === "string") stringShape.convert(segment, true, levelsLeft);
      assertTravels(item, levelsLeft);
    } catch (thrown) {
      throw ShapeMismatch.within(thrown, typeof segment === "string" ? { key: segment } : segment);
    }
  }
}
