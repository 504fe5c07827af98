import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { repositoryFiles } from "./repository-files.ts";

export interface ParsedSource {
  /** Relative to the repository, with forward slashes. */
  readonly file: string;
  readonly tree: ts.SourceFile;
}

const known = new Map<string, Promise<readonly ParsedSource[]>>();

/**
 * Parses the TypeScript sources below packages, examples, bench and scripts. Golden files of tests
 * are data and are left out.
 */
export function parsedSources(root: string): Promise<readonly ParsedSource[]> {
  let sources = known.get(root);
  if (sources === undefined) {
    sources = parse(root);
    known.set(root, sources);
  }
  return sources;
}

async function parse(root: string): Promise<readonly ParsedSource[]> {
  const files = (await repositoryFiles(root)).filter(
    (file) =>
      /^(packages|examples|bench|scripts)\/.*\.m?ts$/.test(file) && !/\/fixtures\/|\.d\.ts$/.test(file),
  );
  return files.map((file) => ({
    file,
    tree: ts.createSourceFile(
      file,
      readFileSync(path.join(root, file), "utf8"),
      ts.ScriptTarget.Latest,
      true,
    ),
  }));
}

/** Calls back for every node, parents first. */
export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

/** Returns the line that a node starts on, counted from 1. */
export function lineOf(tree: ts.SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

/** Returns true for a test, or code that only tests use. */
export function isTestSupport(file: string): boolean {
  return /\.test\.ts$|\/src\/test-support\//.test(file);
}

/** Returns true for settings of a tool that builds an example or a package: `vite.config.ts`. */
export function isToolConfig(file: string): boolean {
  return /\.config\.ts$/.test(file);
}
