import type { Node } from "ts-morph";
import type { Location } from "../model/location.js";
import type { Place, Problem, ProblemReason } from "../model/problem.js";
import type { UnsupportedNode } from "../model/type-node.js";

/** Where the reader is: what a problem found there would point at. */
export interface Site {
  /** The nearest declaration in the author's own files. */
  readonly node: Node;
  /** `Inventory.get: result.items[]` */
  readonly where: string;
}

/** The site of a part: the path grows, the place stays unless a nearer one in the author's files is known. */
export function siteWithin(site: Site, path: string, node: Node | undefined): Site {
  const isOwn = node !== undefined && !node.getSourceFile().isInNodeModules();
  return { node: isOwn ? node : site.node, where: `${site.where}${path}` };
}

/** Line and column of a node, from 1. */
export function locationOf(node: Node): Location {
  const sourceFile = node.getSourceFile();
  // The compiler keeps where lines begin; ts-morph counts them anew each time.
  const { line, character } = sourceFile.compilerNode.getLineAndCharacterOfPosition(node.getStart());
  return { file: sourceFile.getFilePath(), line: line + 1, column: character + 1 };
}

/** What the model keeps of a site. */
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
