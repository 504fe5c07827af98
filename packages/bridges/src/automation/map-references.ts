import {
  type ContractType,
  type ContractTypes,
  type ServiceObject,
  type TypeId,
  typeAt,
} from "./contract-types.js";
import { memberFor } from "./union-member.js";

/** Replaces an object or a function; its type is given. */
export type Replace = (value: object, type: ContractType) => unknown;

/**
 * Returns a value with each of its objects and functions replaced. A value without any is returned
 * as it is.
 */
export function mapReferences(
  contract: ContractTypes,
  id: TypeId,
  value: unknown,
  replace: Replace,
): unknown {
  const type = typeAt(contract, id);
  if (!type.carries || value === null || value === undefined) return value;
  const map = (item: unknown, itemType: TypeId) => mapReferences(contract, itemType, item, replace);
  switch (type.kind) {
    case "function":
    case "reference":
      return replace(value as object, type);
    case "array":
      return (value as readonly unknown[]).map((item) => map(item, type.item));
    case "set":
      return new Set([...(value as ReadonlySet<unknown>)].map((item) => map(item, type.item)));
    case "map":
      return new Map(
        [...(value as ReadonlyMap<unknown, unknown>)].map(([key, item]) => [
          map(key, type.key),
          map(item, type.value),
        ]),
      );
    case "tuple":
      return (value as readonly unknown[]).map((item, index) =>
        map(item, (type.items[index] ?? type.items.at(-1)) as TypeId),
      );
    case "record":
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, map(item, type.item)]));
    case "object":
      return mapFields(type, value as Readonly<Record<string, unknown>>, map);
    case "union": {
      const member = memberFor(contract, type.members, value);
      return member === undefined ? value : map(value, member);
    }
    default:
      return value;
  }
}

/** Calls a function with each object of the service that a value holds. */
export function forEachServiceObject(
  contract: ContractTypes,
  id: TypeId,
  value: unknown,
  visit: (object: number) => void,
): void {
  mapReferences(contract, id, value, (found) => {
    if (isServiceObject(found)) visit(found.serviceObject);
    return found;
  });
}

export function isServiceObject(value: unknown): value is ServiceObject {
  return typeof value === "object" && value !== null && "serviceObject" in value;
}

function mapFields(
  type: ContractType & { readonly kind: "object" },
  value: Readonly<Record<string, unknown>>,
  map: (item: unknown, type: TypeId) => unknown,
): Record<string, unknown> {
  const copy: Record<string, unknown> = { ...value };
  for (const field of type.fields) {
    if (copy[field.name] !== undefined) copy[field.name] = map(copy[field.name], field.type);
  }
  return copy;
}
