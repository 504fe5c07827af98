import { type Node, type Type, TypeFlags, type ts } from "ts-morph";
import type { LiteralValue, TypeNode } from "../model/type-node.js";
import { isFlags } from "./read-enum.js";
import { placeOf, type Site } from "./site.js";
import { compareTypes, literalValue } from "./type-name.js";
import type { TypeReader } from "./type-reader.js";
import { wrapType } from "./wrap-type.js";

/**
 * Reads a union. Literals become one set, and an enum stays one member. The order of the rest is
 * deterministic.
 */
export function readUnion(type: Type, site: Site, reader: TypeReader): TypeNode {
  return readMembers(writtenMembers(type), site, reader);
}

/**
 * Reads the type of an optional property or parameter, where `undefined` only means that it may be
 * missing.
 */
export function readWithoutUndefined(type: Type, site: Site, reader: TypeReader): TypeNode {
  if (!type.isUnion() || type.isBoolean() || type.isEnum()) return reader.read(type, site);
  const members = writtenMembers(type);
  const present = members.filter((member) => !(member.getFlags() & (TypeFlags.Undefined | TypeFlags.Void)));
  return present.length === members.length ? reader.read(type, site) : readMembers(present, site, reader);
}

/**
 * Returns the members as the author wrote them, so that `Tree | undefined` keeps `Tree`. If several
 * of them are unions or objects, unions are flattened, because a discriminant works across all
 * members.
 */
function writtenMembers(type: Type): readonly Type[] {
  const flat = type.getUnionTypes();
  const { origin } = type.compilerType as ts.UnionType & { readonly origin?: ts.Type };
  if (origin === undefined || !origin.isUnion()) return flat;
  const members = origin.types.map((member) => wrapType(member, type));
  const structured = members.filter(
    (member) => member.isUnion() || member.isObject() || member.isIntersection(),
  );
  return structured.length > 1 ? flat : members;
}

function readMembers(members: readonly Type[], site: Site, reader: TypeReader): TypeNode {
  if (members.length === 0) return { kind: "primitive", name: "undefined" };
  const groups = groupMembers(members, reader.contract);
  const read = groups.types.map((member) => reader.read(member, site));
  // A literal with a brand is an intersection. Only reading it shows that it is a literal.
  const branded = read.flatMap((node) => (node.kind === "literal" ? [node.value] : []));
  const others = read.filter((node) => node.kind !== "literal");
  const { flags } = groups;
  const some: TypeNode[] = flags.length === 0 ? [] : [{ kind: "primitive", name: "number", flags }];
  const kept = dropAbsorbed([...others, ...some, ...literalSets([...branded, ...groups.values])]);
  const ordered = [...kept.filter((node) => !isEmpty(node)), ...uniqueEmpty(kept)];
  return ordered.length === 1
    ? ordered[0]!
    : { kind: "union", name: undefined, members: ordered, place: placeOf(site) };
}

interface Groups {
  readonly types: readonly Type[];
  readonly values: readonly LiteralValue[];
  /** Some flags of an enum, which may be combined. */
  readonly flags: readonly LiteralValue[];
}

/**
 * Rejoins `true | false` and the members of an enum, and collects the values of all other literals.
 */
function groupMembers(members: readonly Type[], contract: Node): Groups {
  const types: Type[] = [];
  const values: LiteralValue[] = [];
  const flags: LiteralValue[] = [];
  for (const member of members) {
    const whole = wholeOf(member, members);
    const value = literalValue(member);
    if (whole === undefined && value !== undefined && isOneOfFlags(member, members)) flags.push(value);
    else if (whole !== undefined) {
      if (!types.some((known) => known.compilerType === whole.compilerType)) types.push(whole);
    } else if (value !== undefined) values.push(value);
    else types.push(member);
  }
  types.sort((a, b) => compareTypes(a, b, contract));
  return { types, values, flags };
}

/**
 * Returns `boolean` for both of its values, and sets of the other literals. A number and a bigint
 * look the same on the wire, so they cannot share a set.
 */
function literalSets(values: readonly LiteralValue[]): readonly TypeNode[] {
  const isBoolean = values.includes(true) && values.includes(false);
  const left = isBoolean ? values.filter((value) => typeof value !== "boolean") : values;
  const sets = [
    left.filter((value) => typeof value !== "bigint"),
    left.filter((value) => typeof value === "bigint"),
  ];
  const literals = sets.filter((set) => set.length > 0).map(literalSet);
  return isBoolean ? [{ kind: "primitive", name: "boolean" }, ...literals] : literals;
}

/** Returns `boolean` or the enum that a literal belongs to, if the union has all of its members. */
function wholeOf(member: Type, members: readonly Type[]): Type | undefined {
  if (!member.isBooleanLiteral() && !member.isEnumLiteral()) return undefined;
  const whole = member.getBaseTypeOfLiteralType();
  if (!whole.isUnion()) return undefined;
  const hasAll = whole.getUnionTypes().every((part) => isAmong(part, members));
  return hasAll ? whole : undefined;
}

/** True for a flag of an enum if the union has several flags of it, or it has one member only. */
function isOneOfFlags(member: Type, members: readonly Type[]): boolean {
  if (!member.isEnumLiteral()) return false;
  const whole = member.getBaseTypeOfLiteralType();
  if (!isFlags(whole)) return false;
  return !whole.isUnion() || whole.getUnionTypes().filter((part) => isAmong(part, members)).length > 1;
}

function isAmong(type: Type, members: readonly Type[]): boolean {
  return members.some((member) => member.compilerType === type.compilerType);
}

function literalSet(values: readonly LiteralValue[]): TypeNode {
  const sorted = [...new Set(values)].sort(compareLiterals);
  return sorted.length === 1
    ? { kind: "literal", value: sorted[0]! }
    : { kind: "one-of", name: undefined, values: sorted };
}

/**
 * Drops literals beside their own primitive, as in `"a" | (string & {})`, and duplicate primitives.
 */
function dropAbsorbed(nodes: readonly TypeNode[]): readonly TypeNode[] {
  const primitives = new Set<string>(nodes.flatMap((node) => (node.kind === "primitive" ? [node.name] : [])));
  const kept = nodes.flatMap((node): TypeNode[] => {
    if (node.kind !== "literal" && node.kind !== "one-of") return [node];
    const values = node.kind === "literal" ? [node.value] : node.values;
    const left = values.filter((value) => !primitives.has(typeof value));
    if (left.length === values.length) return [node];
    return left.length === 0 ? [] : [literalSet(left)];
  });
  return kept.filter(
    (node, index) =>
      node.kind !== "primitive" ||
      kept.findIndex((other) => other.kind === "primitive" && other.name === node.name) === index,
  );
}

function isEmpty(node: TypeNode): boolean {
  return node.kind === "primitive" && (node.name === "undefined" || node.name === "null");
}

function uniqueEmpty(nodes: readonly TypeNode[]): TypeNode[] {
  const names = ["null", "undefined"] as const;
  return names.flatMap((name) => nodes.find((node) => node.kind === "primitive" && node.name === name) ?? []);
}

function compareLiterals(a: LiteralValue, b: LiteralValue): number {
  if (typeof a !== typeof b) return compareText(typeof a, typeof b);
  return typeof a === "string" ? compareText(a, b as string) : a < b ? -1 : a > b ? 1 : 0;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
