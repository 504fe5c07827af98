import { isOwnPlainObject, isPlainObject } from "../runtime/brands.js";
import { fits64Bits } from "./bigint-bytes.js";
import { categoryOf } from "./categories.js";
import { enterLevel } from "./enter-level.js";
import { bigintShape, bytesShape, dateShape, stringShape } from "./scalar-shapes.js";
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
    return sending ? toTravel(value, levelsLeft) : value;
  },
};

/** The value as it is, or a copy where the codec would not know what is in it. */
function toTravel(value: unknown, levelsLeft: number): unknown {
  switch (categoryOf(value)) {
    case "null":
    case "undefined":
    case "boolean":
    case "number":
      return value;
    case "bytes":
      return bytesShape.convert(value, true, levelsLeft);
    case "string":
      return stringShape.convert(value, true, levelsLeft);
    case "date":
      return dateShape.convert(value, true, levelsLeft);
    case "bigint":
      if (!fits64Bits(value as bigint)) throw new ShapeMismatch(bigintShape.label, "one beyond 64 bits");
      return value;
    case "array":
      return itemsToTravel(value as unknown[], enterLevel(levelsLeft));
    case "object":
      if (isPlainObject(value as object)) return fieldsToTravel(value as object, enterLevel(levelsLeft));
  }
  throw new ShapeMismatch(travels, kindOf(value));
}

function itemsToTravel(items: readonly unknown[], levelsLeft: number): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (const [index, item] of items.entries()) {
    const travelling = within(item, index, levelsLeft);
    if (travelling !== item) copy ??= [...items];
    if (copy !== undefined) copy[index] = travelling;
  }
  return copy ?? items;
}

function fieldsToTravel(value: object, levelsLeft: number): object {
  let copy: Record<string, unknown> | undefined = isOwnPlainObject(value) ? undefined : { ...value };
  for (const [name, item] of Object.entries(value)) {
    const travelling = within(item, name, levelsLeft);
    if (travelling !== item) copy ??= { ...value };
    if (copy !== undefined) copy[name] = travelling;
  }
  return copy ?? value;
}

function within(item: unknown, segment: string | number, levelsLeft: number): unknown {
  try {
    if (segment === "__proto__") throw new ShapeMismatch("another name", "__proto__");
    if (typeof segment === "string") stringShape.convert(segment, true, levelsLeft);
    return toTravel(item, levelsLeft);
  } catch (thrown) {
    throw ShapeMismatch.within(thrown, typeof segment === "string" ? { key: segment } : segment);
  }
}
