import ts from "typescript";

/** One comment of a source file. */
export interface Comment {
  /** Counted from 1. */
  readonly line: number;
  /** With its marks. */
  readonly text: string;
  /** True if code stands before it on its line. */
  readonly isBesideCode: boolean;
}

/** Returns the comments of a TypeScript or JavaScript source, in order. */
export function commentsOf(file: string, text: string): readonly Comment[] {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const ranges = new Map<number, ts.CommentRange>();
  forEachToken(tree, tree, (token) => {
    const around = [
      ...(ts.getLeadingCommentRanges(text, token.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(text, token.getEnd()) ?? []),
    ];
    for (const range of around) ranges.set(range.pos, range);
  });
  return [...ranges.values()]
    .sort((a, b) => a.pos - b.pos)
    .map(({ pos, end }) => {
      const { line, character } = tree.getLineAndCharacterOfPosition(pos);
      return {
        line: line + 1,
        text: text.slice(pos, end),
        isBesideCode: text.slice(pos - character, pos).trim() !== "",
      };
    });
}

/** Visits tokens, because a comment may stand before one that is not a node, such as a bracket. */
function forEachToken(tree: ts.SourceFile, node: ts.Node, see: (token: ts.Node) => void): void {
  if (ts.isJSDoc(node)) return;
  const children = node.getChildren(tree);
  // The parts of a template or of JSX text have no comments, and what looks like one is text.
  if (children.length === 0 && !ts.isTemplateMiddleOrTemplateTail(node) && !ts.isJsxText(node)) see(node);
  for (const child of children) forEachToken(tree, child, see);
}
