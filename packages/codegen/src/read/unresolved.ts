import { Node, type Type } from "ts-morph";
import type { Problem } from "../model/problem.js";
import { ambientTypeNamed } from "./library-types.js";
import { problemAt, type Site } from "./site.js";

/**
 * Returns the problem of a type that is `any`, either as written or because the compiler could not
 * resolve it.
 */
export function anyProblem(type: Type, site: Site): Problem {
  // The compiler's internal mark of a type that it could not resolve.
  const isError = (type.compilerType as { intrinsicName?: string }).intrinsicName === "error";
  if (!isError) return problemAt(site, "any", "any");
  for (const node of [site.node, ...site.node.getDescendants()]) {
    const reason = isUndeclared(node) ? ambientTypeNamed(node.getText()) : undefined;
    if (reason !== undefined) return problemAt(site, reason, node.getText());
  }
  return problemAt(site, "unresolved", site.node.getText());
}

/**
 * True for a name without a declaration. An imported name has one, its import, even if that does
 * not resolve.
 */
function isUndeclared(node: Node): boolean {
  return Node.isIdentifier(node) && (node.getSymbol()?.getDeclarations() ?? []).length === 0;
}
