import { Node, type Type, TypeFlags } from "ts-morph";
import type { TypeNode } from "../model/type-node.js";
import { promisedType, readPromised } from "./promised-type.js";
import { readParameters } from "./read-parameters.js";
import { type Site, siteWithin, unsupported } from "./site.js";
import type { TypeReader } from "./type-reader.js";
import { anyProblem } from "./unresolved.js";

/** True for a function without properties that is not a constructor. */
export function isPlainFunction(type: Type): boolean {
  return (
    type.getCallSignatures().length > 0 &&
    type.getConstructSignatures().length === 0 &&
    type.getProperties().length === 0
  );
}

/** Reads a function type. A remote function replies later, so it returns a promise or nothing. */
export function readFunction(type: Type, site: Site, reader: TypeReader): TypeNode {
  const [signature, ...overloads] = type.getCallSignatures();
  if (overloads.length > 0) return unsupported(site, "method-overloaded", type.getText(site.node));
  const [parameter] = signature!.getTypeParameters();
  if (parameter !== undefined) return unsupported(site, "type-parameter", parameter.getText());
  if (signature!.compilerSignature.thisParameter !== undefined) return unsupported(site, "this-type", "this");
  const within: Site = { ...site, where: `${site.where}: ` };
  const declaration = signature!.getDeclaration();
  const resultNode = Node.isReturnTyped(declaration) ? declaration.getReturnTypeNode() : undefined;
  const result = readResult(signature!.getReturnType(), siteWithin(within, "result", resultNode), reader);
  const params = readParameters(signature!, within, reader);
  return { kind: "function", name: lastWord(site.where), params, result };
}

function readResult(type: Type, site: Site, reader: TypeReader): TypeNode {
  if (type.getFlags() & TypeFlags.Void) return { kind: "primitive", name: "void" };
  if (type.isAny()) return { kind: "unsupported", problem: anyProblem(type, site) };
  const members = type.isUnion() ? type.getUnionTypes() : [type];
  const promised = members.flatMap((member) => promisedType(member, reader) ?? []);
  const [value] = promised;
  // `T | Promise<T>`: a handler may return at once or later.
  const others = members.filter((member) => promisedType(member, reader) === undefined);
  const isEither = value !== undefined && others.every((other) => isAssignable(other, value, reader));
  if (promised.length !== 1 || !isEither)
    return unsupported(site, "function-result", type.getText(site.node));
  return readPromised(value, site, reader);
}

function isAssignable(from: Type, to: Type, reader: TypeReader): boolean {
  return reader.checker.compilerObject.isTypeAssignableTo(from.compilerType, to.compilerType);
}

/** Returns the last name of a path: `onChange` of `Inventory.watch: options.onChange`. */
function lastWord(where: string): string {
  return /([\p{ID_Continue}$]+)[^\p{ID_Continue}$]*$/u.exec(where)?.[1] ?? where;
}
