import type { ContractModel, ErrorModel } from "./contract.js";
import type { TypeNode, TypeTable } from "./type-node.js";

/** The types directly inside a type, in a fixed order. References are not followed. */
export function childTypes(type: TypeNode): readonly TypeNode[] {
  switch (type.kind) {
    case "array":
    case "set":
    case "stream":
      return [type.item];
    case "tuple":
      return type.rest === undefined ? type.items : [...type.items, type.rest];
    case "function":
      return [...type.params.map((param) => param.type), type.result];
    case "record":
      return [type.value];
    case "map":
      return [type.key, type.value];
    case "object":
      return type.fields.map((field) => field.type);
    case "union":
      return type.members;
    case "primitive":
    case "typed-array":
    case "literal":
    case "one-of":
    case "service":
    case "subscription":
    case "signal":
    case "reference":
    case "unsupported":
      return [];
  }
}

/** The type itself, or what a reference stands for. */
export function resolveType(type: TypeNode, table: TypeTable): Exclude<TypeNode, { kind: "reference" }> {
  let current = type;
  while (current.kind === "reference") current = table[current.id]!.type;
  return current;
}

/**
 * Where a type stands: among the arguments of a call, in what answers one or is streamed, or in an error. The arguments of a function are
 * those of a call, wherever the function itself stands.
 */
export type Position = "argument" | "result" | "error";

/** Visits every type that the contract's methods reach, each named type once for each position, and with the error that it is in. */
export function walkContract(
  contract: ContractModel,
  visit: (type: TypeNode, position: Position, error: ErrorModel | undefined) => void,
): void {
  const seen = new Set<string>();
  for (const method of contract.services.flatMap((service) => service.methods)) {
    const enter = (type: TypeNode, position: Position, error?: ErrorModel): void => {
      visit(type, position, error);
      if (type.kind === "reference") {
        const key = `${position} ${type.id} ${error?.name ?? ""}`;
        if (seen.has(key)) return;
        seen.add(key);
        enter(contract.types[type.id]!.type, position, error);
      } else if (type.kind === "function") {
        for (const param of type.params) enter(param.type, "argument");
        enter(type.result, "result");
      } else {
        const within = type.kind === "stream" ? "result" : position;
        for (const child of childTypes(type)) enter(child, within, error);
      }
    };
    for (const param of method.params) enter(param.type, "argument");
    enter(method.result, "result");
    for (const error of method.tags.errors) {
      for (const field of error.fields) enter(field.type, "error", error);
    }
  }
}
