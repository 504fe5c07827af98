import { type EnumMember, Node, SyntaxKind, type Type } from "ts-morph";
import type { LiteralValue, TypeNode } from "../model/type-node.js";
import { placeOf, type Site } from "./site.js";

/**
 * Reads an enum as the set of its values. An enum of flags, or with computed members, accepts any
 * number.
 */
export function readEnum(type: Type, site: Site): TypeNode {
  const members = membersOf(type);
  const values = members.flatMap((member) => member.getValue() ?? []);
  const name = type.getSymbol()?.getName();
  if (values.length === members.length && !isFlags(type)) {
    return { kind: "one-of", name, values: [...new Set<LiteralValue>(values)] };
  }
  const texts = values.filter((value) => typeof value === "string");
  const number: TypeNode = { kind: "primitive", name: "number", ...flagsOf(values, members) };
  if (texts.length === 0) return number;
  const named: TypeNode = { kind: "one-of", name: undefined, values: texts };
  return { kind: "union", name, members: [number, named], place: placeOf(site) };
}

/** Returns the numbers of the flags, if all of them are known. */
function flagsOf(
  values: readonly LiteralValue[],
  members: readonly EnumMember[],
): { flags?: LiteralValue[] } {
  if (values.length !== members.length) return {};
  return { flags: values.filter((value) => typeof value === "number") };
}

/** Names of enums that consist of flags: `MessageFlags`, `FileMask`. */
const flagsName = /(?:flags?|bits|bit_?field|mask)$/i;

/**
 * True if the numbers of an enum are flags, so that a value may combine several of them, or be 0.
 * Either a member is written as a flag (`1 << 2`), or all values are bits and combinations of bits.
 * A declaration file shows only values. Therefore they must also start at the lowest bits and not
 * merely count up, unless the name of the enum says that they are flags.
 */
export function isFlags(type: Type): boolean {
  const members = membersOf(type);
  if (members.some(isWrittenAsFlag)) return true;
  const values = members.flatMap((member) => member.getValue() ?? []);
  const numbers = new Set(values.filter((value) => typeof value === "number" && value !== 0) as number[]);
  const bits = [...numbers].filter((value) => Number.isInteger(Math.log2(value))).sort((a, b) => b - a);
  const isNamed = members.some((member) => flagsName.test(member.getParent().getName()));
  const isCounted = [...numbers.keys()].every((_, index) => numbers.has(index + 1));
  const isLikely = bits.length > 1 && bits.at(-1)! <= 2 && !isCounted;
  return numbers.size > 0 && (isNamed || isLikely) && [...numbers].every((value) => isSumOf(value, bits));
}

/** Returns the members of an enum. An enum with a single member is the same type as it. */
function membersOf(type: Type): readonly EnumMember[] {
  const declarations = type.getSymbol()?.getDeclarations() ?? [];
  const only = declarations.find(Node.isEnumMember);
  const enums = only?.getParent().getSymbol()?.getDeclarations() ?? declarations;
  const members = enums.filter(Node.isEnumDeclaration).flatMap((each) => each.getMembers());
  return only === undefined || members.length === 1 ? members : [];
}

function isWrittenAsFlag(member: EnumMember): boolean {
  const initializer = member.getInitializer();
  if (initializer === undefined) return false;
  return [initializer, ...initializer.getDescendants()].some((node) => {
    if (Node.isPrefixUnaryExpression(node)) return node.getOperatorToken() === SyntaxKind.TildeToken;
    if (!Node.isBinaryExpression(node)) return false;
    const operator = node.getOperatorToken().getKind();
    return operator === SyntaxKind.LessThanLessThanToken || operator === SyntaxKind.BarToken;
  });
}

/**
 * True if a number is a sum of the given bits, which are in descending order. There may be more
 * than 32, so bitwise operators do not work.
 */
function isSumOf(value: number, bits: readonly number[]): boolean {
  return bits.reduce((left, bit) => (left >= bit ? left - bit : left), value) === 0;
}
