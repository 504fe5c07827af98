import type { ErrorModel } from "../model/contract.js";
import { printType } from "../model/print-type.js";
import type { Problem } from "../model/problem.js";
import { unionLeaves } from "../model/type-key.js";
import type { TypeNode, TypeTable, UnionNode } from "../model/type-node.js";
import { isObjectByReference } from "../model/union-plan.js";
import { type Position, resolveType } from "../model/walk.js";

/** Finds a problem with a type in its place, though it travels elsewhere. */
export function misplaced(
  type: TypeNode,
  position: Position,
  { table, error }: { readonly table: TypeTable; readonly error: ErrorModel | undefined },
): readonly Problem[] {
  if (error !== undefined && isByReference(type)) {
    return [{ reason: "error-fields", subject: error.name, ...error.place }];
  }
  if (type.kind === "signal" && position !== "argument") {
    return [{ reason: "abort-signal", subject: "AbortSignal", ...type.place }];
  }
  if (type.kind === "union" && !canTellApart(type, table)) {
    return [{ reason: "union-of-references", subject: printType(type, table), ...type.place }];
  }
  return [];
}

function isByReference(type: TypeNode): boolean {
  return type.kind === "function" || isObjectByReference(type);
}

/**
 * Returns true if a sender can choose the member by the value. It sees only whether the value has
 * methods, and its properties.
 */
function canTellApart(union: UnionNode, table: TypeTable): boolean {
  const leaves = new Set(unionLeaves(union, table).map((leaf) => resolveType(leaf, table)));
  const count = (...kinds: readonly TypeNode["kind"][]) => {
    return [...leaves].filter(({ kind }) => kinds.includes(kind)).length;
  };
  if (count("function") > 1 || count("service", "subscription") > 1) return false;
  // Disposal is the only known trait of a subscription, and streams may have it too.
  if (count("stream", "subscription") > 1 || count("signal") > 1) return false;
  return ![...leaves].some(isObjectByReference) || ![...leaves].some(takesAnyObject);
}

function takesAnyObject(type: TypeNode): boolean {
  return type.kind === "record" || (type.kind === "object" && type.fields.every((field) => field.optional));
}
