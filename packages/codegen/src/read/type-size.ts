import { type Node, type Type, TypeFlags, type ts } from "ts-morph";

/** Levels of nested anonymous objects that are measured. Deeper nesting may be endless. */
const maxAnonymousDepth = 3;

/**
 * Returns the size of the arguments of a generic type. It distinguishes a type that contains itself
 * with ever larger arguments from one that is only used often. A type without arguments is measured
 * itself.
 *
 * @param type the type
 * @param from the node from which types are resolved
 */
export function argumentSize(type: Type, from: Node): number {
  const sizeOf = (part: Type, depth: number): number => {
    const { value } = part.compilerType as ts.LiteralType;
    if (typeof value === "string") return 1 + value.length;
    if (typeof value === "number") return 1 + Math.abs(value);
    if (part.getFlags() & TypeFlags.TemplateLiteral) {
      return 1 + (part.compilerType as ts.TemplateLiteralType).texts.join("").length;
    }
    return 1 + sum(partsOf(part, depth), part.isAnonymous() ? depth + 1 : depth);
  };

  const sum = (parts: readonly Type[], depth: number): number =>
    parts.reduce((total, part) => total + sizeOf(part, depth), 0);

  const partsOf = (part: Type, depth: number): readonly Type[] => {
    const args = argumentsOf(part);
    if (args.length > 0) return args;
    if (part.isUnion()) return part.getUnionTypes();
    if (part.isIntersection()) return part.getIntersectionTypes();
    if (!part.isAnonymous() || part.getAliasSymbol() !== undefined || depth >= maxAnonymousDepth) return [];
    return part.getProperties().map((property) => property.getTypeAtLocation(from));
  };

  const args = argumentsOf(type);
  return args.length === 0 ? sizeOf(type, 0) : sum(args, 0);
}

function argumentsOf(type: Type): readonly Type[] {
  return type.getAliasSymbol() === undefined ? type.getTypeArguments() : type.getAliasTypeArguments();
}
