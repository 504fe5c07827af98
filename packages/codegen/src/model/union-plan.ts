import { typeKeyOf, unionLeaves } from "./type-key.js";
import type { LiteralValue, ObjectNode, TypeNode, TypeTable, UnionNode } from "./type-node.js";
import { resolveType } from "./walk.js";
import { canConfuse, type WireForm, wireForm } from "./wire-form.js";

/** The way a receiver tells the members of a union apart. */
export interface UnionPlan {
  /** In the order of the tags, if they travel. */
  readonly members: readonly TypeNode[];
  /** The property whose literal value selects among the members that are objects. */
  readonly by: string | undefined;
  /** True if the number of the member has to travel with the value. */
  readonly tagged: boolean;
}

/**
 * Decides how to tell the members of a union apart.
 *
 * The wire form follows from the structure alone, as fingerprints do. If tags are needed, nested
 * unions are expanded and members ordered by their structure, so that names and the order of the
 * source cannot change the numbers.
 *
 * @param union the union
 * @param table the named types of its contract
 */
export function planUnion(union: UnionNode, table: TypeTable): UnionPlan {
  const keyOf = typeKeyOf(table);
  const leaves = new Map(unionLeaves(union, table).map((leaf) => [keyOf(leaf), leaf]));
  // An object that travels by reference has no such property, and must not be refused for lack of
  // it.
  const mayDiscriminate = ![...leaves.values()].some((leaf) => isObjectByReference(resolveType(leaf, table)));
  const isDiscriminated = mayDiscriminate && findDiscriminant([...leaves.values()], table) !== undefined;
  if (!needsTags([...leaves.values()], isDiscriminated, table)) {
    const by = mayDiscriminate ? findDiscriminant(union.members, table) : undefined;
    return { members: union.members, by, tagged: false };
  }
  const ordered = [...leaves].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, leaf]) => leaf);
  return { members: joinLiterals(ordered), by: undefined, tagged: true };
}

/**
 * Regroups the literals into sets, numbers and bigints apart because they look the same on the
 * wire.
 */
function joinLiterals(leaves: readonly TypeNode[]): readonly TypeNode[] {
  const values = leaves.flatMap((leaf) => (leaf.kind === "literal" ? [leaf.value] : []));
  const sets = [
    values.filter((value) => typeof value !== "bigint"),
    values.filter((value) => typeof value === "bigint"),
  ];
  const others = leaves.filter((leaf) => leaf.kind !== "literal");
  return [...others, ...sets.filter((set) => set.length > 0).map(literalSet)];
}

function literalSet(values: readonly LiteralValue[]): TypeNode {
  const [first, ...more] = values;
  return more.length === 0 ? { kind: "literal", value: first! } : { kind: "one-of", name: undefined, values };
}

/** Returns true if a value of the type is an object that travels by reference, not as data. */
export function isObjectByReference(type: TypeNode): boolean {
  return (
    type.kind === "service" ||
    type.kind === "stream" ||
    type.kind === "subscription" ||
    type.kind === "signal"
  );
}

function findDiscriminant(members: readonly TypeNode[], table: TypeTable): string | undefined {
  const keyed = members.filter((member) => unionLeaves(member, table).some((leaf) => isKeyed(leaf, table)));
  const objects = keyed.map((member) => resolveType(member, table)).filter((type) => type.kind === "object");
  // A record or a union within the union would be refused for lack of the property.
  if (objects.length < 2 || objects.length < keyed.length) return undefined;
  const names = objects[0]!.fields.map((field) => field.name);
  return names.find((name) => areDistinct(objects.map((object) => literalsOf(object, name, table))));
}

function isKeyed(type: TypeNode, table: TypeTable): boolean {
  const form = wireForm(type, table);
  return form === "map" || form === "any";
}

/**
 * Returns the literal values that a required property may have, or undefined if it may have others.
 */
function literalsOf(object: ObjectNode, name: string, table: TypeTable): readonly LiteralValue[] {
  const field = object.fields.find((candidate) => candidate.name === name);
  if (field === undefined || field.optional) return [];
  const types = unionLeaves(field.type, table).map((leaf) => resolveType(leaf, table));
  const values = types.flatMap((type) => (type.kind === "literal" ? [type.value] : []));
  return values.length === types.length && !values.some((value) => typeof value === "bigint") ? values : [];
}

function areDistinct(sets: readonly (readonly LiteralValue[])[]): boolean {
  const values = sets.flat();
  return sets.every((set) => set.length > 0) && new Set(values).size === values.length;
}

function needsTags(leaves: readonly TypeNode[], isDiscriminated: boolean, table: TypeTable): boolean {
  const share = (form: WireForm, a: TypeNode, b: TypeNode): boolean =>
    wireForm(a, table) === form && wireForm(b, table) === form;
  const mustTag = (a: TypeNode, b: TypeNode): boolean => {
    if (isDiscriminated && share("map", a, b)) return false;
    return share("array", a, b) || canConfuse(a, b, table);
  };
  return leaves.some((left, index) => leaves.slice(index + 1).some((right) => mustTag(left, right)));
}
