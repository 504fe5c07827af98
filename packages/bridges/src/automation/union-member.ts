import { type ContractTypes, type TypeId, typeAt } from "./contract-types.js";

/** Returns the member of a union that a value is of, or undefined if none fits. */
export function memberFor(
  contract: ContractTypes,
  members: readonly TypeId[],
  value: unknown,
): TypeId | undefined {
  return members.find((member) => fits(contract, member, value));
}

/** Looks at a value and, for an object, at its properties, but not deeper. */
function fits(contract: ContractTypes, id: TypeId, value: unknown, isInside = false): boolean {
  const type = typeAt(contract, id);
  switch (type.kind) {
    case "unknown":
      return true;
    case "void":
    case "undefined":
    case "omitted":
      return value === undefined;
    case "null":
      return value === null;
    case "string":
    case "number":
    case "boolean":
    case "bigint":
      return typeof value === type.kind;
    case "oneOf":
      return type.values.includes(value as never);
    case "date":
      return value instanceof Date;
    case "bytes":
      return value instanceof Uint8Array;
    case "typedArray":
      return ArrayBuffer.isView(value) && value.constructor.name === type.label;
    case "array":
    case "tuple":
      return Array.isArray(value);
    case "set":
      return value instanceof Set;
    case "map":
      return value instanceof Map;
    case "function":
    case "reference":
      return isObject(value) || typeof value === "function";
    case "record":
      return isObject(value);
    case "object":
      return (
        isObject(value) &&
        (isInside || type.fields.every((field) => fieldFits(contract, field, value as Fields)))
      );
    case "union":
      return type.members.some((member) => fits(contract, member, value, isInside));
  }
}

type Fields = Readonly<Record<string, unknown>>;

function fieldFits(
  contract: ContractTypes,
  { name, optional, type }: { readonly name: string; readonly optional: boolean; readonly type: TypeId },
  value: Fields,
): boolean {
  return (optional && value[name] === undefined) || fits(contract, type, value[name], true);
}

function isObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return !(
    value instanceof Date ||
    value instanceof Map ||
    value instanceof Set ||
    ArrayBuffer.isView(value)
  );
}
