import {
  type InterfaceDeclaration,
  type Symbol as MorphSymbol,
  Node,
  ObjectFlags,
  SymbolFlags,
  type Type,
  TypeFlags,
  type ts,
} from "ts-morph";
import type { FieldModel, TypeNode } from "../model/type-node.js";
import { isBrand, isBrandName, isSymbolBrand, isSymbolKey } from "./brand.js";
import { libraryTypeNamed } from "./library-types.js";
import { readWithoutUndefined } from "./read-union.js";
import { type Site, siteWithin, unsupported } from "./site.js";
import type { TypeReader } from "./type-reader.js";
import { wrapType } from "./wrap-type.js";

/**
 * Reads an object type: an interface, a type literal, a mapped type, a class with data only, or an
 * intersection of these.
 */
export function readObject(type: Type, site: Site, reader: TypeReader): TypeNode {
  const parts = type.isIntersection() ? type.getIntersectionTypes() : [type];
  for (const part of parts) {
    const refused = refuseObject(part, site, reader);
    if (refused !== undefined) return refused;
  }
  const properties = orderProperties(type).filter((property) => !isSymbolBrand(property));
  const index = readIndex(type, !properties.every(isBrand), { site, reader });
  if (index !== undefined) return index;
  if (properties.length === 0) return unsupported(site, "object", type.getText(site.node));
  const fields = properties.map((property) => readField(property, site, reader));
  return { kind: "object", name: undefined, fields: fields.filter((field) => !isPhantom(field)) };
}

/** True for a brand whose type does not travel. No value has such a property. */
function isPhantom({ name, type }: FieldModel): boolean {
  return type.kind === "unsupported" && isBrandName(name);
}

function refuseObject(type: Type, site: Site, reader: TypeReader): TypeNode | undefined {
  const name = () => type.getText(site.node);
  if (type.getConstructSignatures().length > 0) return unsupported(site, "function", name());
  if (type.getCallSignatures().length > 0) return unsupported(site, "function", name());
  const declarations = type.getSymbol()?.getDeclarations() ?? [];
  if (declarations.some(isClass) && type.getProperties().some(isClassOnly))
    return unsupported(site, "class", name());
  if (type.getProperties().some((property) => isLibraryMethod(property, reader))) {
    return unsupported(site, "platform", name());
  }
  if (extendsPlatform(type, reader)) return unsupported(site, "platform", name());
  return declarations
    .filter(Node.isInterfaceDeclaration)
    .map((node) => refuseHeritage(node, site))
    .find((refusal) => refusal !== undefined);
}

/**
 * True if a type extends a platform type that does not travel. `interface Failure extends Error`
 * has only data, but stands for more.
 */
function extendsPlatform(type: Type, reader: TypeReader): boolean {
  return type.getBaseTypes().some((base) => {
    const name = base.getSymbol()?.getName() ?? "";
    const isRefused = isLibraryType(base, reader) && libraryTypeNamed(name)?.kind === "unsupported";
    return isRefused || extendsPlatform(base, reader);
  });
}

function refuseHeritage(node: InterfaceDeclaration, site: Site): TypeNode | undefined {
  const broken = node.getExtends().find((base) => base.getType().isAny());
  return broken === undefined
    ? undefined
    : unsupported(siteWithin(site, "", broken), "unresolved", broken.getText());
}

function readIndex(
  type: Type,
  hasProperties: boolean,
  { site, reader }: { readonly site: Site; readonly reader: TypeReader },
): TypeNode | undefined {
  const infos = reader.checker.compilerObject.getIndexInfosOfType(type.compilerType);
  if (infos.length === 0) return undefined;
  const text = infos.find((info) => isAnyText(info.keyType));
  const hasSymbol = infos.some((info) => info.keyType.flags & TypeFlags.ESSymbol);
  const declaration = infos[0]!.declaration;
  const within = siteWithin(
    site,
    "[key]",
    declaration === undefined ? undefined : wrapNode(type, declaration),
  );
  if (text === undefined || hasSymbol) return unsupported(within, "index-key", type.getText(site.node));
  const isMixed = hasProperties || infos.some((info) => info.type !== text.type);
  if (isMixed) return unsupported(within, "index-mixed", type.getText(site.node));
  // `Record<string, never>` means that there are no properties.
  if (text.type.flags & TypeFlags.Never) return { kind: "object", name: undefined, fields: [] };
  return { kind: "record", value: reader.read(wrapType(text.type, type), within) };
}

/** True if a key may be any string, branded or not. */
function isAnyText(key: ts.Type): boolean {
  if (!(key.flags & TypeFlags.Intersection)) return (key.flags & TypeFlags.String) !== 0;
  const { types } = key as ts.IntersectionType;
  return types.every((part) => part.flags & (TypeFlags.String | TypeFlags.Object));
}

/** Finds the node of an index signature: ts-morph cannot look up a node by the compiler's own. */
function wrapNode(type: Type, declaration: ts.IndexSignatureDeclaration): Node | undefined {
  const declared = type.getSymbol()?.getDeclarations() ?? [];
  return declared.flatMap((node) => node.getDescendants()).find((node) => node.compilerNode === declaration);
}

/** Reads one property. A brand is optional, because most values do not really have it. */
export function readField(property: MorphSymbol, site: Site, reader: TypeReader): FieldModel {
  const declaration = property.getValueDeclaration() ?? property.getDeclarations()[0];
  const name = property.getName();
  const typeNode =
    Node.isPropertySignature(declaration) || Node.isPropertyDeclaration(declaration)
      ? declaration.getTypeNode()
      : undefined;
  const label = isSymbolKey(property) ? "[symbol]" : fieldPath(name);
  const within = siteWithin(site, label, typeNode ?? declaration);
  const optional = property.isOptional() || isBrandName(name);
  if (isSymbolKey(property)) return { name, optional, type: unsupported(within, "symbol", label) };
  if (name === "__proto__") return { name, optional, type: unsupported(within, "field-name", name) };
  if (Node.isMethodSignature(declaration) || Node.isMethodDeclaration(declaration)) {
    return { name, optional, type: unsupported(within, "method-in-data", name) };
  }
  const type = property.getTypeAtLocation(reader.contract);
  return {
    name,
    optional,
    type: optional ? readWithoutUndefined(type, within, reader) : reader.read(type, within),
  };
}

function fieldPath(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

/**
 * Returns the properties in the order of declaration. The compiler orders properties of mapped
 * types by its internal state, so they are sorted here: by position if one file declares all of
 * them, otherwise by name.
 */
function orderProperties(type: Type): readonly MorphSymbol[] {
  const properties = type.getProperties();
  const flags = type.getSymbol()?.getFlags() ?? 0;
  const isWritten = (flags & (SymbolFlags.Interface | SymbolFlags.Class | SymbolFlags.TypeLiteral)) !== 0;
  if (isWritten && !(type.getObjectFlags() & ObjectFlags.Mapped)) return properties;
  const places = new Map(properties.map((property) => [property, property.getDeclarations()[0]]));
  const files = new Set([...places.values()].map((node) => node?.getSourceFile()));
  const shareFile = files.size === 1 && !files.has(undefined);
  return properties.sort((a, b) => {
    const distance = shareFile ? places.get(a)!.getPos() - places.get(b)!.getPos() : 0;
    return distance !== 0 ? distance : a.getName() < b.getName() ? -1 : 1;
  });
}

function isClass(node: Node): boolean {
  return Node.isClassDeclaration(node) || Node.isClassExpression(node);
}

function isClassOnly(property: MorphSymbol): boolean {
  const isPrivateName = property.getName().startsWith("__#");
  return (
    isPrivateName ||
    property.getDeclarations().some((node) => {
      if (Node.isMethodDeclaration(node) || Node.isGetAccessorDeclaration(node)) return true;
      if (Node.isSetAccessorDeclaration(node)) return true;
      return Node.isModifierable(node) && (node.hasModifier("private") || node.hasModifier("protected"));
    })
  );
}

function isLibraryMethod(property: MorphSymbol, reader: TypeReader): boolean {
  const declaration = property.getDeclarations()[0];
  if (declaration === undefined || !reader.isLibrary(declaration)) return false;
  return property.getTypeAtLocation(reader.contract).getCallSignatures().length > 0;
}

function isLibraryType(type: Type, reader: TypeReader): boolean {
  return type.getSymbol()?.getDeclarations().some(reader.isLibrary) ?? false;
}
