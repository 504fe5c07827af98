import { type Type, ts } from "ts-morph";
import type { TypeNode } from "../model/type-node.js";
import { readWithoutUndefined } from "./read-union.js";
import { type Site, siteWithin, unsupported } from "./site.js";
import type { TypeReader } from "./type-reader.js";

/** One element of a tuple type, or one parameter of a rest parameter that is a tuple. */
export interface TupleElement {
  readonly type: Type;
  readonly name: string | undefined;
  readonly way: "required" | "optional" | "rest";
}

/** Returns the elements of a tuple type with their labels. */
export function tupleElements(type: Type): readonly TupleElement[] {
  const { elementFlags, labeledElementDeclarations } = (type.compilerType as ts.TupleTypeReference).target;
  return type.getTypeArguments().map((element, index) => {
    const flags = elementFlags[index] ?? ts.ElementFlags.Required;
    const label = labeledElementDeclarations?.[index]?.name;
    return {
      type: element,
      name: label === undefined ? undefined : label.getText(),
      way:
        flags & ts.ElementFlags.Variable
          ? "rest"
          : flags & ts.ElementFlags.Optional
            ? "optional"
            : "required",
    };
  });
}

/** Reads a tuple. A rest element is supported only at the end. */
export function readTuple(type: Type, site: Site, reader: TypeReader): TypeNode {
  const elements = tupleElements(type);
  const restIndex = elements.findIndex((element) => element.way === "rest");
  if (restIndex >= 0 && restIndex < elements.length - 1) {
    return unsupported(site, "rest-parameter", type.getText(site.node));
  }
  const items = (restIndex < 0 ? elements : elements.slice(0, restIndex)).map((element, index) => {
    const within = siteWithin(site, `[${index}]`, undefined);
    return element.way === "optional"
      ? readWithoutUndefined(element.type, within, reader)
      : reader.read(element.type, within);
  });
  const rest = elements[restIndex];
  return {
    kind: "tuple",
    items,
    optional: elements.filter((element) => element.way === "optional").length,
    rest:
      rest === undefined
        ? undefined
        : reader.read(rest.type, siteWithin(site, `[${restIndex}...]`, undefined)),
  };
}
