import type { Node } from "ts-morph";
import { Node as Nodes } from "ts-morph";

/**
 * Returns the lines of the doc comments before a declaration, without comment marks. Line endings
 * may be of any kind.
 */
export function readDocLines(node: Node | undefined): readonly string[] {
  if (node === undefined || !Nodes.isJSDocable(node)) return [];
  const blocks = node.getJsDocs().map((doc) => cleanLines(doc.getText()));
  return blocks.flatMap((lines, index) => (index === 0 ? lines : ["", ...lines]));
}

/** Returns the lines of a doc comment without its marks. */
export function cleanLines(comment: string): readonly string[] {
  const body = comment.replace(/^\/\*\*/, "").replace(/\*\/$/, "");
  const lines = body
    .split(/\r\n|\r|\n/)
    .map((line, index) => (index === 0 ? line : line.replace(/^\s*\*?/, "")));
  return trimBlank(lines.map((line) => line.replace(/^ /, "").trimEnd()));
}

/** Returns the lines without blank ones at either end. */
export function trimBlank(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => line !== "");
  const last = lines.findLastIndex((line) => line !== "");
  return first < 0 ? [] : lines.slice(first, last + 1);
}
