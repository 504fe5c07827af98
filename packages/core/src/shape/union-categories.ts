import type { WireCategory } from "./categories.js";
import type { Shape } from "./shape.js";

/**
 * Categories of all members together. They are cached, because a union around this one reads them
 * for each value.
 */
export interface Joined {
  readonly categories: readonly WireCategory[] | undefined;
}

/** Members of a union by the category of the values that they accept. */
export type CategoryTable = ReadonlyMap<WireCategory, readonly Shape[]>;

const allCategories: readonly WireCategory[] = [
  "string",
  "number",
  "bigint",
  "boolean",
  "undefined",
  "null",
  "array",
  "bytes",
  "typedArray",
  "date",
  "map",
  "set",
  "object",
];

/** Sorts the members by the categories that one direction accepts. */
export function tableOf(
  members: readonly Shape[],
  categories: (member: Shape) => readonly WireCategory[] | undefined,
): CategoryTable {
  const table = new Map<WireCategory, Shape[]>();
  for (const member of members) {
    for (const category of categories(member) ?? allCategories) {
      const list = table.get(category);
      if (list === undefined) table.set(category, [member]);
      else list.push(member);
    }
  }
  return table;
}

/** Returns all categories of some lists, or undefined if one of them means any. */
export function joined(
  lists: readonly (readonly WireCategory[] | undefined)[],
): readonly WireCategory[] | undefined {
  return lists.includes(undefined) ? undefined : [...new Set(lists.flatMap((list) => list ?? []))];
}
