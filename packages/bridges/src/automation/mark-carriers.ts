import { type ContractType, type ContractTypes, type TypeId, typeAt } from "./contract-types.js";

/** Marks the types whose values may hold objects or functions, through any of their parts. */
export function markCarriers(contract: ContractTypes): void {
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    for (const type of contract.types) {
      if (type.carries || !partsOf(type).some((id) => typeAt(contract, id).carries)) continue;
      type.carries = true;
      isChanged = true;
    }
  }
}

/** Returns the types of the values that a value of a type holds. */
function partsOf(type: ContractType): readonly TypeId[] {
  switch (type.kind) {
    case "array":
    case "set":
    case "record":
      return [type.item];
    case "map":
      return [type.key, type.value];
    case "tuple":
      return type.items;
    case "object":
      return type.fields.map((field) => field.type);
    case "union":
      return type.members;
    default:
      return [];
  }
}
