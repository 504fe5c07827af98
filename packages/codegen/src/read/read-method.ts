import {
  type Symbol as MorphSymbol,
  Node,
  type ParameterDeclaration,
  type Signature,
  SyntaxKind,
  type Type,
  TypeFlags,
} from "ts-morph";
import type { MethodModel, ParamModel } from "../model/contract.js";
import type { Problem } from "../model/problem.js";
import type { TypeNode } from "../model/type-node.js";
import { readDocLines } from "./doc-comment.js";
import { libraryTypeNamed } from "./library-types.js";
import { isUsableMethodName } from "./method-name.js";
import { tupleElements } from "./read-tuple.js";
import { readWithoutUndefined } from "./read-union.js";
import { locationOf, problemAt, type Site, siteWithin } from "./site.js";
import type { TypeReader } from "./type-reader.js";
import { anyProblem } from "./unresolved.js";

/** Reads one member of a service: a method, or why it is none. */
export function readMember(member: MorphSymbol, service: Site, reader: TypeReader): MethodModel | Problem {
  const name = member.getName();
  const declaration = member.getValueDeclaration() ?? member.getDeclarations()[0];
  const site = siteWithin(service, `.${name}`, declaration);
  const label = nameText(declaration, name);
  if (name.startsWith("__@") || hasComputedName(declaration)) {
    return problemAt({ ...site, where: `${service.where}.${label}` }, "member-computed", label);
  }
  if (declaration !== undefined && reader.isLibrary(declaration)) {
    return problemAt(service, "member-not-method", `${label} of ${ownerName(declaration)}`);
  }
  if (Node.isGetAccessorDeclaration(declaration) || Node.isSetAccessorDeclaration(declaration)) {
    return problemAt(site, "member-accessor", name);
  }
  if (member.isOptional()) return problemAt(site, "method-optional", name);
  const type = member.getTypeAtLocation(reader.contract);
  const [signature, ...overloads] = type.getCallSignatures();
  if (signature === undefined || type.getProperties().length > 0) {
    if (type.isAny()) return anyProblem(type, site);
    return problemAt(site, "member-not-method", type.getText(site.node));
  }
  if (!isUsableMethodName(name)) return problemAt(site, "method-name", name);
  if (overloads.length > 0) return problemAt(site, "method-overloaded", name);
  if (signature.getTypeParameters().length > 0) {
    return problemAt(
      site,
      "type-parameter",
      signature
        .getTypeParameters()
        .map((each) => each.getText())
        .join(", "),
    );
  }
  const self = declaration?.getDescendantsOfKind(SyntaxKind.ThisType)[0];
  if (self !== undefined || signature.compilerSignature.thisParameter !== undefined) {
    return problemAt(siteWithin(site, "", self), "this-type", "this");
  }
  return readSignature(signature, { name, declaration, site: { ...site, where: `${site.where}: ` }, reader });
}

interface MethodSite {
  readonly name: string;
  readonly declaration: Node | undefined;
  readonly site: Site;
  readonly reader: TypeReader;
}

function readSignature(signature: Signature, method: MethodSite): MethodModel | Problem {
  const { name, declaration, site, reader } = method;
  const result = readResult(signature, method);
  if ("reason" in result) return result;
  const params: ParamModel[] = [];
  for (const parameter of signature.getParameters()) {
    const read = readParameter(parameter, params.length, { site, reader });
    if ("reason" in read) return read;
    params.push(...read.params);
  }
  const at = locationOf(site.node);
  return { name, docs: readDocLines(declaration), way: result.way, params, result: result.type, at };
}

function readResult(
  signature: Signature,
  { declaration, site, reader }: MethodSite,
): { readonly way: MethodModel["way"]; readonly type: TypeNode } | Problem {
  const type = signature.getReturnType();
  const within = siteWithin(site, "result", returnTypeNode(declaration));
  if (type.getFlags() & TypeFlags.Void) return { way: "notify", type: { kind: "primitive", name: "void" } };
  if (type.isAny()) return anyProblem(type, within);
  const isThis =
    type.isTypeParameter() && (type.compilerType as { isThisType?: boolean }).isThisType === true;
  if (isThis) return problemAt(within, "this-type", "this");
  const symbol = type.isUnion() ? undefined : type.getSymbol();
  const isLibrary = symbol?.getDeclarations().some(reader.isLibrary) ?? false;
  const library = isLibrary ? libraryTypeNamed(symbol!.getName()) : undefined;
  if (library?.kind === "unsupported" && library.reason === "promise") {
    const value = type.getTypeArguments()[0]!;
    const isVoid = (value.getFlags() & TypeFlags.Void) !== 0;
    return { way: "unary", type: isVoid ? { kind: "primitive", name: "void" } : reader.read(value, within) };
  }
  const isStream = library?.kind === "unsupported" && library.reason === "stream";
  return problemAt(within, isStream ? "stream" : "return-type", type.getText(site.node));
}

function readParameter(
  parameter: MorphSymbol,
  position: number,
  { site, reader }: { readonly site: Site; readonly reader: TypeReader },
): { readonly params: readonly ParamModel[] } | Problem {
  const declaration = parameter.getDeclarations().find(Node.isParameterDeclaration);
  const name = parameterName(parameter, declaration, position);
  const within = siteWithin(site, name, declaration?.getTypeNode() ?? declaration);
  const type = parameter.getTypeAtLocation(reader.contract);
  if (declaration?.isRestParameter() === true)
    return readRest(type, name, { site: within, position, reader });
  const optional =
    declaration !== undefined && (declaration.hasQuestionToken() || declaration.hasInitializer());
  const read = optional ? readWithoutUndefined(type, within, reader) : reader.read(type, within);
  return { params: [{ name, type: read, optional, rest: false }] };
}

function readRest(
  type: Type,
  name: string,
  { site, position, reader }: { readonly site: Site; readonly position: number; readonly reader: TypeReader },
): { readonly params: readonly ParamModel[] } | Problem {
  if (type.isTuple()) {
    const elements = tupleElements(type);
    const isRestLast = elements.every((each, index) => each.way !== "rest" || index === elements.length - 1);
    if (!isRestLast) return problemAt(site, "rest-parameter", type.getText(site.node));
    return {
      params: elements.map((element, index): ParamModel => {
        const within = siteWithin(site, `[${index}]`, undefined);
        const optional = element.way === "optional";
        const read = optional
          ? readWithoutUndefined(element.type, within, reader)
          : reader.read(element.type, within);
        return {
          name: element.name ?? `arg${position + index}`,
          type: read,
          optional,
          rest: element.way === "rest",
        };
      }),
    };
  }
  const item = type.isArray() || type.isReadonlyArray() ? type.getArrayElementType() : undefined;
  if (item === undefined) {
    return type.isAny() ? anyProblem(type, site) : problemAt(site, "rest-parameter", type.getText(site.node));
  }
  const within = siteWithin(site, "[]", undefined);
  return { params: [{ name, type: reader.read(item, within), optional: false, rest: true }] };
}

function returnTypeNode(declaration: Node | undefined): Node | undefined {
  if (Node.isMethodSignature(declaration)) return declaration.getReturnTypeNode() ?? declaration;
  const typeNode = Node.isPropertySignature(declaration) ? declaration.getTypeNode() : undefined;
  return Node.isFunctionTypeNode(typeNode)
    ? (typeNode.getReturnTypeNode() ?? typeNode)
    : (typeNode ?? declaration);
}

function parameterName(
  symbol: MorphSymbol,
  declaration: ParameterDeclaration | undefined,
  position: number,
): string {
  const isPlain = declaration === undefined || Node.isIdentifier(declaration.getNameNode());
  return isPlain ? symbol.getName() : `arg${position}`;
}

function ownerName(declaration: Node): string {
  const owner = declaration.getParent();
  return Node.isInterfaceDeclaration(owner) ? owner.getName() : "a library type";
}

function hasComputedName(declaration: Node | undefined): boolean {
  const name = nameNode(declaration);
  return Node.isComputedPropertyName(name) && !Node.isStringLiteral(name.getExpression());
}

function nameText(declaration: Node | undefined, name: string): string {
  return nameNode(declaration)?.getText() ?? name;
}

function nameNode(declaration: Node | undefined): Node | undefined {
  return Node.isPropertyNamed(declaration) ? declaration.getNameNode() : undefined;
}
