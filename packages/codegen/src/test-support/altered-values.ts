import fc from "fast-check";

const others = [undefined, null, 0, 5, "x", "red", true, 5n, [], new Date(0), new Set(["x"]), {}];

/**
 * Returns a value with a part of it replaced, left out or doubled: often one of no declared type,
 * but not always.
 */
export function altered(value: unknown): fc.Arbitrary<unknown> {
  const replaced = fc.constantFrom<unknown>(...others);
  if (Array.isArray(value)) {
    const within = value.map((item, index) => altered(item).map((other) => value.with(index, other)));
    return fc.oneof(replaced, fc.constantFrom(value.slice(1), [...value, ...value]), ...within);
  }
  if (value instanceof Set)
    return fc.oneof(
      replaced,
      altered([...value]).map((items) => new Set(listOf(items))),
    );
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
    return replaced;
  }
  const within = Object.entries(value).flatMap(([name, item]) => [
    altered(item).map((other) => ({ ...value, [name]: other })),
    fc.constant(without(value, name)),
  ]);
  return fc.oneof(replaced, ...within);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function without(value: object, name: string): object {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
}
