import type { ContractModel, ErrorModel, MethodModel } from "./contract.js";
import type { TypeNode, TypeTable } from "./type-node.js";

/** Returns the types directly inside a type, in a fixed order. References are not followed. */
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
    case "text":
    case "service":
    case "subscription":
    case "signal":
    case "reference":
    case "unsupported":
      return [];
  }
}

/** Returns the named types that a type uses, in the order of their places, with repetitions. */
export function referencesIn(type: TypeNode): readonly number[] {
  return type.kind === "reference" ? [type.id] : childTypes(type).flatMap(referencesIn);
}

/** Returns the type itself, or the one that a reference stands for. */
export function resolveType(type: TypeNode, table: TypeTable): Exclude<TypeNode, { kind: "reference" }> {
  let current = type;
  while (current.kind === "reference") current = table[current.id]!.type;
  return current;
}

/**
 * The position of a type: among the arguments of a call, in a result or an item of a stream, or in
 * an error. The arguments of a function are those of a call, wherever the function itself stands.
 */
export type Position = "argument" | "result" | "error";

interface Visit {
  readonly type: TypeNode;
  readonly position: Position;
  readonly error?: ErrorModel;
}

/**
 * Visits every type that the contract's methods reach, each named type once for each position, and
 * with the error that it is in.
 */
export function walkContract(
  contract: ContractModel,
  visit: (type: TypeNode, position: Position, error: ErrorModel | undefined) => void,
): void {
  const seen = new Set<string>();
  // A separate list, not recursion: types may refer to each other in a chain of any length.
  const pending = contract.services
    .flatMap((service) => service.methods)
    .flatMap(visitsOf)
    .reverse();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { type, position, error } = next;
    visit(type, position, error);
    if (type.kind === "reference") {
      const key = `${position} ${type.id} ${error?.name ?? ""}`;
      if (!seen.has(key)) pending.push({ ...next, type: contract.types[type.id]!.type });
      seen.add(key);
    } else pending.push(...visitsWithin(next).reverse());
  }
}

function visitsOf({ params, result, tags }: MethodModel): Visit[] {
  return [
    ...params.map(({ type }): Visit => ({ type, position: "argument" })),
    { type: result, position: "result" },
    ...tags.errors.flatMap((error) =>
      error.fields.map(({ type }): Visit => ({ type, position: "error", error })),
    ),
  ];
}

function visitsWithin(within: Visit): Visit[] {
  const { type } = within;
  if (type.kind === "function") {
    return [
      ...type.params.map((param): Visit => ({ type: param.type, position: "argument" })),
      { type: type.result, position: "result" },
    ];
  }
  const position = type.kind === "stream" ? "result" : within.position;
  return childTypes(type).map((child) => ({ ...within, type: child, position }));
}
