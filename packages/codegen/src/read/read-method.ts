import { type Symbol as MorphSymbol, Node, type Signature, SyntaxKind, TypeFlags } from "ts-morph";
import type { MethodModel } from "../model/contract.js";
import type { Problem } from "../model/problem.js";
import type { TypeNode } from "../model/type-node.js";
import { readDocLines } from "./doc-comment.js";
import { libraryTypeOf } from "./library-types.js";
import { isUsableMethodName } from "./method-name.js";
import { promisedType, readPromised } from "./promised-type.js";
import { readMethodTags } from "./read-method-tags.js";
import { readParameters } from "./read-parameters.js";
import { locationOf, problemAt, type Site, siteWithin } from "./site.js";
import type { TypeReader } from "./type-reader.js";
import { anyProblem } from "./unresolved.js";

/** A method with the problems of its tags. Problems of its types are part of the types. */
interface ReadMethod {
  readonly method: MethodModel;
  readonly problems: readonly Problem[];
}

/** Reads one member of a service. Returns a problem if it is not a usable method. */
export function readMember(member: MorphSymbol, service: Site, reader: TypeReader): ReadMethod | Problem {
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

function readSignature(signature: Signature, method: MethodSite): ReadMethod {
  const { name, declaration, site, reader } = method;
  const result = readResult(signature, method);
  const params = readParameters(signature, site, reader);
  const at = locationOf(site.node);
  const docs = readDocLines(declaration);
  const { tags, problems } = readMethodTags(docs, declaration, { site, reader });
  return { method: { name, docs, way: result.way, params, result: result.type, tags, at }, problems };
}

function readResult(
  signature: Signature,
  { declaration, site, reader }: MethodSite,
): { readonly way: MethodModel["way"]; readonly type: TypeNode } {
  const type = signature.getReturnType();
  const within = siteWithin(site, "result", returnTypeNode(declaration));
  if (type.getFlags() & TypeFlags.Void) return { way: "notify", type: { kind: "primitive", name: "void" } };
  const refuse = (problem: Problem) => ({ way: "unary", type: { kind: "unsupported", problem } }) as const;
  if (type.isAny()) return refuse(anyProblem(type, within));
  const isThis =
    type.isTypeParameter() && (type.compilerType as { isThisType?: boolean }).isThisType === true;
  if (isThis) return refuse(problemAt(within, "this-type", "this"));
  const value = promisedType(type, reader);
  if (value !== undefined) return { way: "unary", type: readPromised(value, within, reader) };
  const library = libraryTypeOf(type, reader);
  if (library?.kind === "stream") return { way: "stream", type: reader.read(type, within) };
  const isStream = library?.kind === "unsupported" && library.reason === "stream";
  return refuse(problemAt(within, isStream ? "stream" : "return-type", type.getText(site.node)));
}

function returnTypeNode(declaration: Node | undefined): Node | undefined {
  if (Node.isMethodSignature(declaration)) return declaration.getReturnTypeNode() ?? declaration;
  const typeNode = Node.isPropertySignature(declaration) ? declaration.getTypeNode() : undefined;
  return Node.isFunctionTypeNode(typeNode)
    ? (typeNode.getReturnTypeNode() ?? typeNode)
    : (typeNode ?? declaration);
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
