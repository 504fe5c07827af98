import type { Node } from "ts-morph";
import type { Location } from "../model/location.js";
import type { Place, Problem, ProblemReason } from "../model/problem.js";
import type { UnsupportedNode } from "../model/type-node.js";

/** Position of the reader. A problem that is found there points at it. */
export interface Site {
  /** The nearest declaration in the author's own files. */
  readonly node: Node;
  /** Path to the type: `Inventory.get: result.items[]`. */
  readonly where: string;
}

/**
 * Returns the site of a part. The path grows; the node changes only to a nearer one in the author's
 * files.
 */
export function siteWithin(site: Site, path: string, node: Node | undefined): Site {
  const isOwn = node !== undefined && !node.getSourceFile().isInNodeModules();
  return { node: isOwn ? node : site.node, where: `${site.where}${path}` };
}

/** Returns the line and column of a node, counted from 1. */
export function locationOf(node: Node): Location {
  const sourceFile = node.getSourceFile();
  // The compiler caches where lines begin; ts-morph counts lines on each call.
  const { line, character } = sourceFile.compilerNode.getLineAndCharacterOfPosition(node.getStart());
  return { file: sourceFile.getFilePath(), line: line + 1, column: character + 1 };
}

/** Returns the part of a site that the model keeps. */
export function placeOf(site: Site): Place {
  return { where: site.where, at: locationOf(site.node) };
}

export function problemAt(site: Site, reason: ProblemReason, subject: string): Problem {
  return { reason, subject: oneLine(subject), ...placeOf(site) };
}

export function unsupported(site: Site, reason: ProblemReason, subject: string): UnsupportedNode {
  return { kind: "unsupported", problem: problemAt(site, reason, subject) };
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}
