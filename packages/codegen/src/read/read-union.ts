import { Node, SyntaxKind, type Type, TypeFlags, type ts } from "ts-morph";
import type { LiteralValue, TypeNode } from "../model/type-node.js";
import { placeOf, type Site } from "./site.js";
import { compareTypes, literalValue } from "./type-name.js";
import type { TypeReader } from "./type-reader.js";
import { wrapType } from "./wrap-type.js";

/** Reads a union: literals become one set, an enum stays one member, the rest is in an order that is always the same. */
export function readUnion(type: Type, site: Site, reader: TypeReader): TypeNode {
  return readMembers(writtenMembers(type), site, reader);
}

/** Reads the type of something optional, where `undefined` says no more than that it may be missing. */
export function readWithoutUndefined(type: Type, site: Site, reader: TypeReader): TypeNode {
  if (!type.isUnion() || type.isBoolean() || type.isEnum()) return reader.read(type, site);
  const members = writtenMembers(type);
  const present = members.filter((member) => !(member.getFlags() & (TypeFlags.Undefined | TypeFlags.Void)));
  return present.length === members.length ? reader.read(type, site) : readMembers(present, site, reader);
}

/** Reads an enum as the set of its values. Numbers that are combined as flags may have any value. */
export function readEnum(type: Type): TypeNode {
  const declarations = type.getSymbol()?.getDeclarations().filter(Node.isEnumDeclaration) ?? [];
  const members = declarations.flatMap((declaration) => declaration.getMembers());
  const values = members.map((member) => member.getValue());
  const isFlags = members.some((member) => {
    const initializer = member.getInitializerIfKind(SyntaxKind.BinaryExpression);
    const operator = initializer?.getOperatorToken().getKind();
    return operator === SyntaxKind.LessThanLessThanToken || operator === SyntaxKind.BarToken;
  });
  const isComputed = values.includes(undefined);
  if (isComputed) return { kind: "primitive", name: "number" };
  if (isFlags) return { kind: "primitive", name: "number", flags: values as LiteralValue[] };
  return {
    kind: "one-of",
    name: type.getSymbol()?.getName(),
    values: [...new Set(values)] as LiteralValue[],
  };
}

/**
 * The members as the author wrote them, so that `Tree | undefined` keeps `Tree`. Where several of them are unions or
 * objects they are taken apart, because a discriminant works across all of them.
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
  const read = dropAbsorbed([...groups.types.map((member) => reader.read(member, site)), ...groups.literals]);
  const ordered = [...read.filter((node) => !isEmpty(node)), ...uniqueEmpty(read)];
  return ordered.length === 1
    ? ordered[0]!
    : { kind: "union", name: undefined, members: ordered, place: placeOf(site) };
}

interface Groups {
  readonly types: readonly Type[];
  readonly literals: readonly TypeNode[];
}

/** Puts `true | false` and the members of an enum together again, and the other literals into one set. */
function groupMembers(members: readonly Type[], contract: Node): Groups {
  const types: Type[] = [];
  const values: LiteralValue[] = [];
  for (const member of members) {
    const whole = wholeOf(member, members);
    const value = literalValue(member);
    if (whole !== undefined) {
      if (!types.some((known) => known.compilerType === whole.compilerType)) types.push(whole);
    } else if (value !== undefined) values.push(value);
    else types.push(member);
  }
  types.sort((a, b) => compareTypes(a, b, contract));
  // A number and a bigint look the same on the wire, so they cannot share one set.
  const sets = [
    values.filter((value) => typeof value !== "bigint"),
    values.filter((value) => typeof value === "bigint"),
  ];
  return { types, literals: sets.filter((set) => set.length > 0).map(literalSet) };
}

/** `boolean` or the enum that a literal belongs to, when the union has all of it. */
function wholeOf(member: Type, members: readonly Type[]): Type | undefined {
  if (!member.isBooleanLiteral() && !member.isEnumLiteral()) return undefined;
  const whole = member.getBaseTypeOfLiteralType();
  if (!whole.isUnion()) return undefined;
  const parts = whole.getUnionTypes();
  const hasAll = parts.every((part) => members.some((other) => other.compilerType === part.compilerType));
  return hasAll ? whole : undefined;
}

function literalSet(values: readonly LiteralValue[]): TypeNode {
  const sorted = [...new Set(values)].sort(compareLiterals);
  return sorted.length === 1
    ? { kind: "literal", value: sorted[0]! }
    : { kind: "one-of", name: undefined, values: sorted };
}

/** `"a" | (string & {})` is any string: literals beside the primitive itself say nothing, and twice the same neither. */
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
