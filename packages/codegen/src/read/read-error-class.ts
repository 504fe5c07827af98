import {
  type ClassDeclaration,
  type Symbol as MorphSymbol,
  Node,
  type SourceFile,
  type Type,
} from "ts-morph";
import type { ErrorModel, ValueImport } from "../model/contract.js";
import type { Problem } from "../model/problem.js";
import { readField } from "./read-object.js";
import { placeOf, problemAt, type Site } from "./site.js";
import type { TypeReader } from "./type-reader.js";

/** Properties of every error. They travel in another way or not at all. */
const ownOfErrors: ReadonlySet<string> = new Set(["name", "message", "stack", "cause"]);
const ownOfRpcErrors: ReadonlySet<string> = new Set(["code", "details", "remoteStack"]);

/**
 * Reads the class that a `@throws` tag names. The tag is documentation only if the file of the
 * method has no such class of the author's.
 *
 * @param name the name in the tag
 * @param declaration the method
 * @returns the class, the reason why it cannot travel, or undefined for documentation only
 */
export function readErrorClass(
  name: string,
  declaration: Node,
  { site, reader }: { readonly site: Site; readonly reader: TypeReader },
): ErrorModel | Problem | undefined {
  const local = symbolIn(declaration.getSourceFile(), name);
  const type = classOf(local);
  if (type === undefined || isForeign(type, reader)) return undefined;
  const value = importOf(name, type, { from: declaration.getSourceFile(), reader });
  if (value === undefined || !isError(type.getType(), reader) || !isOpen(type, reader)) {
    return problemAt(site, "error-class", name);
  }
  const hidden = new Set([...ownOfErrors, ...(isRpcError(type.getType(), reader) ? ownOfRpcErrors : [])]);
  const properties = type.getType().getProperties();
  const sent = properties.filter((property) => !hidden.has(property.getName()) && isData(property, reader));
  const others = properties.filter((property) => !sent.includes(property)).map((each) => each.getName());
  return {
    name,
    value,
    fields: sent.map((property) => readField(property, site, reader)),
    notSent: [...new Set([...hidden, ...others])].sort(),
    place: placeOf(site),
  };
}

function classOf(symbol: MorphSymbol | undefined): ClassDeclaration | undefined {
  return (symbol?.getAliasedSymbol() ?? symbol)?.getDeclarations().find(Node.isClassDeclaration);
}

function symbolIn(file: SourceFile, name: string): MorphSymbol | undefined {
  return file.getLocal(name) ?? file.getSymbol()?.getExport(name);
}

/**
 * Returns the import of the class for the generated module, which lies beside the contract: from
 * the contract, as the contract imports it, or from the file that declares it.
 */
function importOf(
  name: string,
  type: ClassDeclaration,
  { from, reader }: { readonly from: SourceFile; readonly reader: TypeReader },
): ValueImport | undefined {
  const contract = reader.contract.getSourceFile();
  const exported = exportedAs(type, contract);
  if (exported !== undefined) return { name: exported, module: { file: contract.getFilePath() } };
  const imported = from === contract ? importIn(contract, name) : undefined;
  if (imported !== undefined) return imported;
  const source = type.getSourceFile();
  const own = exportedAs(type, source);
  if (own === undefined || source.isDeclarationFile() || source.isInNodeModules()) return undefined;
  return { name: own, module: { file: source.getFilePath() } };
}

function exportedAs(type: ClassDeclaration, file: SourceFile): string | undefined {
  const exports = file.getSymbol()?.getExports() ?? [];
  return exports.find((each) => classOf(each) === type)?.getName();
}

function importIn(file: SourceFile, name: string): ValueImport | undefined {
  for (const declaration of file.getImportDeclarations()) {
    const module = { specifier: declaration.getModuleSpecifierValue() };
    if (declaration.getDefaultImport()?.getText() === name) return { name: "default", module };
    for (const each of declaration.getNamedImports()) {
      if ((each.getAliasNode()?.getText() ?? each.getName()) === name)
        return { name: each.getName(), module };
    }
  }
  return undefined;
}

/** True for `RpcError` and the errors of the language, which travel without a declaration. */
function isForeign(type: ClassDeclaration, reader: TypeReader): boolean {
  return reader.isLibrary(type) || isOwnOfCore(type, reader);
}

/** True for `RpcError`. Contracts inside `core` may declare other error classes as usual. */
function isOwnOfCore(type: Node, reader: TypeReader): boolean {
  return Node.isClassDeclaration(type) && type.getName() === "RpcError" && reader.isCore(type);
}

function isError(type: Type, reader: TypeReader): boolean {
  const symbol = type.getSymbol();
  if (symbol?.getName() === "Error" && symbol.getDeclarations().some(reader.isLibrary)) return true;
  return type.getBaseTypes().some((base) => isError(base, reader));
}

function isRpcError(type: Type, reader: TypeReader): boolean {
  const symbol = type.getSymbol();
  if (symbol?.getName() === "RpcError" && symbol.getDeclarations().some(reader.isCore)) return true;
  return type.getBaseTypes().some((base) => isRpcError(base, reader));
}

/** True if all state of an instance is public. The receiver does not run the constructor. */
function isOpen(type: ClassDeclaration, reader: TypeReader): boolean {
  if (isForeign(type, reader)) return true;
  const base = type.getBaseClass();
  const isClosed = type
    .getInstanceMembers()
    .some((member) => member.getName().startsWith("#") || (isStored(member) && !isPublic(member)));
  return !isClosed && (base === undefined || isOpen(base, reader));
}

function isStored(member: Node): boolean {
  return Node.isPropertyDeclaration(member) || Node.isParameterDeclaration(member);
}

function isPublic(member: Node): boolean {
  return !(Node.isModifierable(member) && (member.hasModifier("private") || member.hasModifier("protected")));
}

function isData(property: MorphSymbol, reader: TypeReader): boolean {
  const [declaration] = property.getDeclarations();
  return declaration !== undefined && isStored(declaration) && !isForeignMember(declaration, reader);
}

function isForeignMember(declaration: Node, reader: TypeReader): boolean {
  const type = declaration.getParent();
  return reader.isLibrary(declaration) || (type !== undefined && isOwnOfCore(type, reader));
}
