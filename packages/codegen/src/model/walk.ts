import type { ContractModel } from "./contract.js";
import type { TypeNode, TypeTable } from "./type-node.js";

/** The types directly inside a type, in a fixed order. References are not followed. */
export function childTypes(type: TypeNode): readonly TypeNode[] {
  switch (type.kind) {
    case "array":
    case "set":
      return [type.item];
    case "tuple":
      return type.rest === undefined ? type.items : [...type.items, type.rest];
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

/** Visits every type that the contract's methods reach, each named type once. */
export function walkContract(contract: ContractModel, visit: (type: TypeNode) => void): void {
  const seen = new Set<number>();
  const enter = (type: TypeNode): void => {
    visit(type);
    if (type.kind === "reference") {
      if (seen.has(type.id)) return;
      seen.add(type.id);
      enter(contract.types[type.id]!.type);
      return;
    }
    for (const child of childTypes(type)) enter(child);
  };
  for (const service of contract.services) {
    for (const method of service.methods) {
      for (const param of method.params) enter(param.type);
      enter(method.result);
    }
  }
}
