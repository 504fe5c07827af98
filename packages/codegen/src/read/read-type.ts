import {
  type InterfaceDeclaration,
  type Symbol as MorphSymbol,
  type Node,
  type Type,
  type TypeChecker,
  TypeFlags,
} from "ts-morph";
import type { PrimitiveName, TypeNode } from "../model/type-node.js";
import { libraryTypeOf } from "./library-types.js";
import { isFlags, readEnum } from "./read-enum.js";
import { isPlainFunction, readFunction } from "./read-function.js";
import { readIntersection } from "./read-intersection.js";
import { readObject } from "./read-object.js";
import { readReference } from "./read-reference.js";
import { readStream } from "./read-stream.js";
import { readText } from "./read-text.js";
import { readTuple } from "./read-tuple.js";
import { readUnion } from "./read-union.js";
import { placeOf, type Site, siteWithin, unsupported } from "./site.js";
import { declaredName, literalValue } from "./type-name.js";
import { createHoisting, type TypeReader } from "./type-reader.js";
import { anyProblem } from "./unresolved.js";

/** Dependencies of a type reader. */
export interface TypeReaderContext {
  readonly checker: TypeChecker;
  readonly contract: Node;
  readonly isLibrary: (node: Node) => boolean;
  readonly isCore: (node: Node) => boolean;
  readonly link: (service: InterfaceDeclaration) => void;
}

/** Makes the reader of one contract's types. */
export function createTypeReader(context: TypeReaderContext): TypeReader {
  const hoisting = createHoisting(context.contract);
  const reader: TypeReader = {
    ...context,
    ...hoisting,
    read: (type, site) => readPlain(type, site) ?? readStructured(type, site, reader),
  };
  return reader;
}

const primitiveFlags: readonly (readonly [TypeFlags, PrimitiveName])[] = [
  [TypeFlags.Unknown, "unknown"],
  [TypeFlags.Boolean, "boolean"],
  [TypeFlags.String, "string"],
  [TypeFlags.Number, "number"],
  [TypeFlags.BigInt, "bigint"],
  [TypeFlags.Undefined | TypeFlags.Void, "undefined"],
  [TypeFlags.Null, "null"],
];

/**
 * Reads a primitive or a literal, or refuses a type such as `symbol` or `never`. Returns undefined
 * for all others.
 */
function readPlain(type: Type, site: Site): TypeNode | undefined {
  const flags = type.getFlags();
  if (flags & TypeFlags.Any) return { kind: "unsupported", problem: anyProblem(type, site) };
  for (const [flag, name] of primitiveFlags) if (flags & flag) return { kind: "primitive", name };
  if (flags & (TypeFlags.TemplateLiteral | TypeFlags.StringMapping)) return readText(type, site);
  const value = literalValue(type);
  if (value !== undefined && !isFlags(type)) return { kind: "literal", value };
  if (flags & TypeFlags.ESSymbolLike) return unsupported(site, "symbol", "symbol");
  if (flags & TypeFlags.Never) return unsupported(site, "never", "never");
  if (flags & TypeFlags.NonPrimitive) return unsupported(site, "object", "object");
  if (flags & TypeFlags.Instantiable) return unsupported(site, "type-parameter", type.getText(site.node));
  return undefined;
}

function readStructured(type: Type, site: Site, reader: TypeReader): TypeNode {
  const library = libraryTypeOf(type, reader);
  if (library?.kind === "primitive" || library?.kind === "typed-array") return library;
  if (library?.kind === "signal") return { kind: "signal", place: placeOf(site) };
  if (library?.kind === "unsupported") {
    return unsupported(site, library.reason, declaredName(type) ?? type.getText(site.node));
  }
  const reference = readReference(type, site, reader);
  if (reference !== undefined) return reference;
  const isPlatform = isOfPlatform(type, reader);
  const body = (within: Site): TypeNode => {
    const node = readBody(within);
    return isPlatform && (node.kind === "object" || node.kind === "union" || node.kind === "one-of")
      ? { ...node, isPlatform }
      : node;
  };
  const readBody = (within: Site): TypeNode => {
    if (type.isTuple()) return readTuple(type, within, reader);
    if (library?.kind === "stream") return readStream(library.form, type, { site: within, reader });
    if (library !== undefined) return readCollection(library.kind, type, { site: within, reader });
    if (type.getFlags() & TypeFlags.EnumLike) return readEnum(type, within);
    if (type.isUnion()) return readUnion(type, within, reader);
    if (type.isIntersection()) return readIntersection(type, within, reader);
    if (isPlainFunction(type)) return readFunction(type, within, reader);
    return readObject(type, within, reader);
  };
  const isCollection = type.isTuple() || library !== undefined;
  const name = isCollection ? type.getAliasSymbol()?.getName() : declaredName(type);
  const family = isCollection ? type.getAliasSymbol() : (type.getAliasSymbol() ?? type.getSymbol());
  const isDeclared = name !== undefined && library === undefined && isStructure(type);
  const declaration = isDeclared ? declarationOf(family, reader) : undefined;
  return reader.readComposite({ type, name, family: family?.compilerSymbol, declaration, body }, site);
}

/** True if a named type gets its own table entry. An alias of a simple type does not. */
function isStructure(type: Type): boolean {
  if (type.isTuple()) return true;
  if (type.isUnion()) return !type.isEnum() && type.getUnionTypes().some(isStructure);
  if (type.isIntersection()) return type.getIntersectionTypes().every(isStructure);
  if (!type.isObject() || type.getCallSignatures().length > 0) return false;
  return type.getStringIndexType() === undefined && type.getNumberIndexType() === undefined;
}

/** Returns the declaration of a type, unless the language or the platform declares it. */
function declarationOf(symbol: MorphSymbol | undefined, reader: TypeReader): Node | undefined {
  const declarations = symbol?.getDeclarations() ?? [];
  return declarations.some(reader.isLibrary) ? undefined : declarations[0];
}

/** True if the language or the platform declares the alias of a type, or some properties. */
function isOfPlatform(type: Type, reader: TypeReader): boolean {
  // `Pick` and its kind belong to the language too, but their results have the author's properties.
  const alias = type.getAliasTypeArguments().length === 0 ? type.getAliasSymbol() : undefined;
  const properties = type.isObject() || type.isIntersection() ? type.getProperties() : [];
  return [alias, ...properties].some((symbol) => symbol?.getDeclarations().some(reader.isLibrary) === true);
}

function readCollection(
  kind: "array" | "map" | "set",
  type: Type,
  { site, reader }: { readonly site: Site; readonly reader: TypeReader },
): TypeNode {
  const argument = (index: number, path: string) => readArgument(type, index, { site, path, reader });
  switch (kind) {
    case "array":
    case "set":
      return { kind, item: argument(0, "[]") };
    case "map":
      return { kind, key: argument(0, ".keys()"), value: argument(1, ".values()") };
  }
}

function readArgument(
  type: Type,
  index: number,
  { site, path, reader }: { readonly site: Site; readonly path: string; readonly reader: TypeReader },
): TypeNode {
  return reader.read(type.getTypeArguments()[index]!, siteWithin(site, path, undefined));
}
