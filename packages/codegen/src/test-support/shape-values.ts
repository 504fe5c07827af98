import type { Shape, TextCase, TextPattern } from "@crosspane/core/stub-v1";
import fc from "fast-check";

/** The parts that the shapes of core have beside their interface. */
interface ShapeParts extends Shape {
  readonly target?: Shape;
  readonly values?: ReadonlySet<unknown>;
  readonly fields?: readonly { readonly name: string; readonly optional: boolean; readonly shape: Shape }[];
  readonly pattern?: TextPattern;
}

/** Draws values that a shape describes, down to a depth. */
export function valuesOf(shape: Shape, depth = 4): fc.Arbitrary<unknown> {
  const { target, values, fields, pattern, parts = [], label, kind } = shape as ShapeParts;
  const inner = (part: Shape) => valuesOf(part, depth - 1);
  const several = (part: Shape) => (depth > 0 ? fc.array(inner(part), { maxLength: 3 }) : fc.constant([]));
  if (target !== undefined) return valuesOf(target, depth);
  if (values !== undefined) return fc.constantFrom(...values);
  if (fields !== undefined) return objectOf(fields, depth);
  if (pattern !== undefined) return textOf(pattern);
  switch (kind) {
    case "array":
      return several(parts[0]!);
    case "set":
      return several(parts[0]!).map((items) => new Set(items));
    case "map":
      return fc.tuple(several(parts[0]!), several(parts[1]!)).map(([keys, items]) => {
        return new Map(keys.slice(0, items.length).map((key, index) => [key, items[index]]));
      });
    case "record":
      return several(parts[0]!).map((items) =>
        Object.fromEntries(items.map((item, index) => [recordKeys[index]!, item])),
      );
    case "tuple":
      return tupleOf(label, parts.map(inner));
    case "union":
    case "taggedUnion":
      return fc.oneof(...(depth > 0 ? parts : shallow(parts)).map(inner));
    case "typedArray":
      return fc.constantFrom(label.startsWith("Big") ? new BigInt64Array([-1n]) : new Float32Array([1.5]));
    default:
      return scalars[kind]!;
  }
}

const recordKeys = ["a", "b-c", "1"];

const scalars: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  string: fc.constantFrom("", "x", "plain", "é😀", "a\n"),
  number: fc.constantFrom(0, 1, -1.5, 2 ** 40, Number.NaN),
  boolean: fc.boolean(),
  bigint: fc.constantFrom(0n, 1n, -(2n ** 70n)),
  undefined: fc.constant(undefined),
  null: fc.constant(null),
  Date: fc.constantFrom(new Date(0), new Date(1.7e12)),
  Uint8Array: fc.constantFrom(new Uint8Array(), new Uint8Array([1, 255])),
};

/** Members that end: a recursive union has some. */
function shallow(parts: readonly Shape[]): readonly Shape[] {
  const ends = parts.filter(({ kind }) => kind in scalars || kind === "oneOf" || kind === "array");
  return ends.length === 0 ? parts : ends;
}

function objectOf(fields: NonNullable<ShapeParts["fields"]>, depth: number): fc.Arbitrary<unknown> {
  const entries = fields.map(({ name, shape, optional }) => {
    if (optional && depth <= 0) return fc.constant({});
    const value = valuesOf(shape, depth - 1).map((item) => ({ [name]: item }));
    return optional ? fc.oneof(fc.constant({}), value) : value;
  });
  return fc.tuple(...entries).map((parts) => Object.assign({}, ...parts) as unknown);
}

/** `tuple of 2`, `tuple of 1 to 3`, `tuple of at least 1` */
function tupleOf(label: string, items: readonly fc.Arbitrary<unknown>[]): fc.Arbitrary<unknown> {
  const least = Number(/\d+/.exec(label)![0]);
  return fc
    .tuple(fc.integer({ min: least, max: items.length }), ...items)
    .map(([length, ...values]) => values.slice(0, length));
}

const inCase: Readonly<Record<TextCase, (text: string) => string>> = {
  Uppercase: (text) => text.toUpperCase(),
  Lowercase: (text) => text.toLowerCase(),
  Capitalize: (text) => text.replace(/^./, (first) => first.toUpperCase()),
  Uncapitalize: (text) => text.replace(/^./, (first) => first.toLowerCase()),
};

function textOf(pattern: TextPattern): fc.Arbitrary<string> {
  if (pattern === "string") return fc.constantFrom("", "x", "Yz");
  if (pattern === "number") return fc.constantFrom("0", "-1.5", "1e3");
  if (pattern === "bigint") return fc.constantFrom("0", "-12");
  if ("in" in pattern) return textOf(pattern.of).map(inCase[pattern.in]);
  return fc.tuple(...pattern.parts.map(textOf)).map((parts) => {
    return pattern.texts.map((text, index) => text + (parts[index] ?? "")).join("");
  });
}
