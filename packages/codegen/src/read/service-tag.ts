import { type InterfaceDeclaration, Node, type Type, ts } from "ts-morph";
import { readDocLines, trimBlank } from "./doc-comment.js";

/** The `@service` tag of a declaration. */
export interface ServiceTag {
  /** Text after the tag on its line: the name on the wire. */
  readonly wireName: string | undefined;
  /** The doc comment without the line of the tag. */
  readonly docs: readonly string[];
}

const tagLine = /^\s*@service(?:\s+(.*))?$/;

/** Reads the tag of a declaration, if it has one. */
export function readServiceTag(node: Node): ServiceTag | undefined {
  const lines = readDocLines(node);
  const match = lines.map((line) => tagLine.exec(line)).find((found) => found !== null);
  if (match === undefined) return undefined;
  const docs = trimBlank(lines.filter((line) => !tagLine.test(line)));
  return { wireName: match[1]?.trim() || undefined, docs };
}

/** True for a line of a doc comment that is the tag. */
export function isTagLine(line: string): boolean {
  return tagLine.test(line);
}

/**
 * Returns text before the name of an interface that looks like its tag but is not: another
 * spelling, or a comment that is not a doc comment.
 */
export function readNearMiss(node: InterfaceDeclaration): string | undefined {
  const before = node.getSourceFile().compilerNode.text.slice(node.getPos(), node.getNameNode().getStart());
  for (const comment of commentsIn(before)) {
    const isDoc = comment.startsWith("/**");
    for (const line of comment.split(/\r\n|\r|\n/)) {
      const tag = /^\s*(?:\/\/+|\/\*+|\*)?\s*(@services?)\b(?!-)/i.exec(line)?.[1];
      if (tag !== undefined && !(isDoc && tag === "@service")) return line.trim();
    }
  }
  return undefined;
}

function commentsIn(text: string): readonly string[] {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, false, ts.LanguageVariant.Standard, text);
  const comments: string[] = [];
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    const isComment =
      kind === ts.SyntaxKind.SingleLineCommentTrivia || kind === ts.SyntaxKind.MultiLineCommentTrivia;
    if (isComment) comments.push(scanner.getTokenText());
  }
  return comments;
}

/** Returns the declaration of a type that is an interface tagged `@service`. */
export function serviceDeclarationOf(type: Type): InterfaceDeclaration | undefined {
  const declarations = type.getSymbol()?.getDeclarations() ?? [];
  return declarations.filter(Node.isInterfaceDeclaration).find((node) => readServiceTag(node) !== undefined);
}
