/**
 * Checks that no source has an `any`, because it turns off type checking for everything it touches.
 * Biome forbids it too, but does not read generated files, and a comment can silence it. Only the
 * file that loads koffi may have it, because koffi's functions have no types.
 */
import ts from "typescript";
import type { Check } from "./check.ts";
import { lineOf, parsedSources, visit } from "./support/parsed-sources.ts";

const FENCE = "packages/transports/src/win32/load-koffi.ts";

export const noAny: Check = {
  name: "no-any",
  title: "no source has `any`",
  run: async (root) =>
    (await parsedSources(root)).flatMap(({ file, tree }) => {
      if (file === FENCE) return [];
      const lines: number[] = [];
      visit(tree, (node) => {
        if (node.kind === ts.SyntaxKind.AnyKeyword) lines.push(lineOf(tree, node));
      });
      return lines.map((line) => ({
        file,
        line,
        message: "has `any`: write the type, or `unknown` and find out",
      }));
    }),
};
