import { type Symbol as MorphSymbol, Node, type Type } from "ts-morph";
import { printLiteral } from "../model/print-type.js";
import type { LiteralValue } from "../model/type-node.js";

const maxNameDepth = 4;

/**
 * Returns the declared name of a type with its arguments, `Page<Item>`, or undefined without one.
 */
export function declaredName(type: Type, depth = 0): string | undefined {
  const alias = type.getAliasSymbol();
  if (alias !== undefined) return withArguments(alias.getName(), type.getAliasTypeArguments(), depth);
  const symbol = type.getSymbol();
  if (symbol === undefined || !hasOwnName(symbol)) return undefined;
  return withArguments(symbol.getName(), type.getTypeArguments(), depth);
}

/**
 * Returns a text for any type. Unlike the compiler's own text, it does not depend on the compiler's
 * state, so it gives the members of a union a deterministic order.
 */
export function describeType(type: Type, depth = 0): string {
  const literal = literalValue(type);
  if (literal !== undefined) return printLiteral(literal);
  const name = declaredName(type, depth);
  if (name !== undefined) return name;
  if (depth >= maxNameDepth) return "...";
  const deeper = (part: Type) => describeType(part, depth + 1);
  if (type.isArray() || type.isReadonlyArray()) return `${deeper(type.getArrayElementTypeOrThrow())}[]`;
  if (type.isTuple()) return `[${type.getTupleElements().map(deeper).join(", ")}]`;
  if (type.isUnion()) return type.getUnionTypes().map(deeper).sort().join(" | ");
  if (type.isIntersection()) return type.getIntersectionTypes().map(deeper).sort().join(" & ");
  if (!type.isObject()) return type.getText();
  const properties = type.getProperties().map((property) => {
    const at = property.getValueDeclaration() ?? property.getDeclarations()[0];
    return `${property.getName()}: ${at === undefined ? "unknown" : deeper(property.getTypeAtLocation(at))}`;
  });
  return `{ ${properties.sort().join("; ")} }`;
}

/**
 * Compares types for a deterministic order: first the types that the contract declares, by
 * position, then all others, by text.
 *
 * @param contract the contract's source file
 */
export function compareTypes(a: Type, b: Type, contract: Node): number {
  const places = [placeIn(contract, a), placeIn(contract, b)] as const;
  if (places[0] !== places[1]) return places[0] - places[1];
  const [left, right] = [describeType(a), describeType(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Returns the value of a literal type, or undefined for any other type. */
export function literalValue(type: Type): LiteralValue | undefined {
  if (type.isBooleanLiteral()) return type.getText() === "true";
  if (type.isUnion()) return undefined;
  if (
    !type.isStringLiteral() &&
    !type.isNumberLiteral() &&
    !type.isBigIntLiteral() &&
    !type.isEnumLiteral()
  ) {
    return undefined;
  }
  const value = type.getLiteralValue();
  if (typeof value !== "object") return value;
  return BigInt(`${value.base10Value}`) * (value.negative ? -1n : 1n);
}

function placeIn(contract: Node, type: Type): number {
  const symbol = type.getAliasSymbol() ?? type.getSymbol();
  const own = symbol?.getDeclarations().find((node) => node.getSourceFile() === contract);
  return own?.getPos() ?? Number.MAX_SAFE_INTEGER;
}

function hasOwnName(symbol: MorphSymbol): boolean {
  return symbol
    .getDeclarations()
    .some(
      (node) =>
        Node.isInterfaceDeclaration(node) || Node.isEnumDeclaration(node) || Node.isClassDeclaration(node),
    );
}

function withArguments(name: string, args: readonly Type[], depth: number): string {
  if (args.length === 0) return name;
  if (depth >= maxNameDepth) return `${name}<...>`;
  return `${name}<${args.map((arg) => describeType(arg, depth + 1)).join(", ")}>`;
}
