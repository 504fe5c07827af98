import {
  type Symbol as MorphSymbol,
  Node,
  type ParameterDeclaration,
  type Signature,
  type Type,
} from "ts-morph";
import type { ParamModel, UnsupportedNode } from "../model/type-node.js";
import { tupleElements } from "./read-tuple.js";
import { readWithoutUndefined } from "./read-union.js";
import { type Site, siteWithin, unsupported } from "./site.js";
import type { TypeReader } from "./type-reader.js";
import { anyProblem } from "./unresolved.js";

/**
 * Reads the parameters of a method or function. A rest parameter of a tuple type becomes one
 * parameter for each element.
 */
export function readParameters(signature: Signature, site: Site, reader: TypeReader): readonly ParamModel[] {
  const params: ParamModel[] = [];
  for (const parameter of signature.getParameters())
    params.push(...readParameter(parameter, params.length, { site, reader }));
  return params;
}

function readParameter(
  parameter: MorphSymbol,
  position: number,
  { site, reader }: { readonly site: Site; readonly reader: TypeReader },
): readonly ParamModel[] {
  const declaration = parameter.getDeclarations().find(Node.isParameterDeclaration);
  const name = parameterName(parameter, declaration, position);
  const within = siteWithin(site, name, declaration?.getTypeNode() ?? declaration);
  const type = parameter.getTypeAtLocation(reader.contract);
  if (declaration?.isRestParameter() === true)
    return readRest(type, name, { site: within, position, reader });
  const optional =
    declaration !== undefined && (declaration.hasQuestionToken() || declaration.hasInitializer());
  const read = optional ? readWithoutUndefined(type, within, reader) : reader.read(type, within);
  return [{ name, type: read, optional, rest: false }];
}

function readRest(
  type: Type,
  name: string,
  { site, position, reader }: { readonly site: Site; readonly position: number; readonly reader: TypeReader },
): readonly ParamModel[] {
  const refuse = (type: UnsupportedNode) => [{ name, type, optional: false, rest: true }];
  if (type.isTuple()) {
    const elements = tupleElements(type);
    const isRestLast = elements.every((each, index) => each.way !== "rest" || index === elements.length - 1);
    if (!isRestLast) return refuse(unsupported(site, "rest-parameter", type.getText(site.node)));
    return elements.map((element, index): ParamModel => {
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
    });
  }
  const item = type.isArray() || type.isReadonlyArray() ? type.getArrayElementType() : undefined;
  if (item === undefined) {
    if (type.isAny()) return refuse({ kind: "unsupported", problem: anyProblem(type, site) });
    return refuse(unsupported(site, "rest-parameter", type.getText(site.node)));
  }
  const within = siteWithin(site, "[]", undefined);
  return [{ name, type: reader.read(item, within), optional: false, rest: true }];
}

function parameterName(
  symbol: MorphSymbol,
  declaration: ParameterDeclaration | undefined,
  position: number,
): string {
  const isPlain = declaration === undefined || Node.isIdentifier(declaration.getNameNode());
  return isPlain ? symbol.getName() : `arg${position}`;
}
