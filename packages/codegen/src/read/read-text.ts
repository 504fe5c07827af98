import { type Type, TypeFlags, type ts } from "ts-morph";
import type { TextCase, TextPattern, TypeNode } from "../model/type-node.js";
import { type Site, unsupported } from "./site.js";

/** Reads a template literal type, or a type like `Uppercase<string>`. */
export function readText(type: Type, site: Site): TypeNode {
  const pattern = patternOf(type.compilerType);
  if (pattern === undefined) return unsupported(site, "type-parameter", type.getText(site.node));
  return pattern === "string" ? { kind: "primitive", name: "string" } : { kind: "text", pattern };
}

function patternOf(type: ts.Type): TextPattern | undefined {
  if (type.flags & TypeFlags.TemplateLiteral) {
    const { texts, types } = type as ts.TemplateLiteralType;
    const parts = types.flatMap((part) => patternOf(part) ?? []);
    return parts.length === types.length ? { texts, parts } : undefined;
  }
  if (type.flags & TypeFlags.StringMapping) {
    const { symbol, type: inner } = type as ts.StringMappingType;
    const of = patternOf(inner);
    return of === undefined ? undefined : { in: symbol.name as TextCase, of };
  }
  if (type.flags & TypeFlags.Intersection) {
    // A brand, or the `{}` that prevents a union of texts from collapsing into `string`.
    const [pattern, ...others] = (type as ts.IntersectionType).types.flatMap((part) => patternOf(part) ?? []);
    return others.length === 0 ? pattern : undefined;
  }
  if (type.flags & (TypeFlags.String | TypeFlags.Any)) return "string";
  if (type.flags & TypeFlags.Number) return "number";
  return type.flags & TypeFlags.BigInt ? "bigint" : undefined;
}
