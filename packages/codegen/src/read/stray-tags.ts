import { type Node, Node as Nodes, type SourceFile, ts } from "ts-morph";
import type { Problem } from "../model/problem.js";
import { cleanLines } from "./doc-comment.js";
import { isTagLine } from "./service-tag.js";

/**
 * Finds doc comments with a `@service` tag that TypeScript attaches to no declaration: on the line
 * of the brace before the interface, between `export` and `interface`, inside of the braces.
 *
 * @param read the declarations whose tags were read
 */
export function findStrayTags(sourceFile: SourceFile, read: readonly Node[]): readonly Problem[] {
  const { text } = sourceFile.compilerNode;
  const known = new Set(read.flatMap(docCommentsOf));
  const problems: Problem[] = [];
  // Text such as "src/**" may look like the beginning of one, so each is looked at by itself.
  for (const { index } of text.matchAll(/\/\*\*(?!\/)/g)) {
    if (known.has(index)) continue;
    const comment = text.slice(index, text.indexOf("*/", index + 3) + 2);
    const tag = comment.includes("@service") ? cleanLines(comment).find(isTagLine) : undefined;
    if (tag === undefined || !isComment(sourceFile.compilerNode, index)) continue;
    const { line, character } = sourceFile.compilerNode.getLineAndCharacterOfPosition(index);
    problems.push({
      reason: "service-tag",
      subject: `/** ${tag.trim()} */`,
      where: sourceFile.getBaseName(),
      at: { file: sourceFile.getFilePath(), line: line + 1, column: character + 1 },
    });
  }
  return problems;
}

function docCommentsOf(node: Node): readonly number[] {
  return Nodes.isJSDocable(node) ? node.getJsDocs().map((doc) => doc.getStart()) : [];
}

/** Returns true if a comment begins at the position, and not text that looks like one. */
function isComment(sourceFile: ts.SourceFile, position: number): boolean {
  let node: ts.Node = sourceFile;
  for (;;) {
    const child = node.getChildren(sourceFile).find(({ pos, end }) => pos <= position && position < end);
    if (child === undefined) break;
    if (child.kind === ts.SyntaxKind.JSDoc) return child.pos === position;
    node = child;
  }
  // The comments that follow the token before on its line, and those on the lines after.
  const before = ts.getTrailingCommentRanges(sourceFile.text, node.pos) ?? [];
  const after = ts.getLeadingCommentRanges(sourceFile.text, node.pos) ?? [];
  return [...before, ...after].some(({ pos }) => pos === position);
}
