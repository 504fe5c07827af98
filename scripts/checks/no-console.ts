/**
 * Checks that no package prints: its program decides what to show. Exceptions are the report of
 * an error that has no caller, and tests.
 */
import ts from "typescript";
import type { Check } from "./check.ts";
import { isTestSupport, lineOf, parsedSources, visit } from "./support/parsed-sources.ts";

const MAY_PRINT = new Set(["packages/core/src/call/error-reports.ts"]);

export const noConsole: Check = {
  name: "no-console",
  title: "no package prints",
  run: async (root) =>
    (await parsedSources(root)).flatMap(({ file, tree }) => {
      if (!/^packages\/[^/]+\/src\//.test(file) || MAY_PRINT.has(file) || isTestSupport(file)) return [];
      const lines: number[] = [];
      visit(tree, (node) => {
        if (ts.isPropertyAccessExpression(node) && isConsole(node.expression)) lines.push(lineOf(tree, node));
      });
      return lines.map((line) => ({
        file,
        line,
        message: "prints: report through `onError`, throw, or return it",
      }));
    }),
};

function isConsole(node: ts.Expression): boolean {
  return ts.isIdentifier(node) && node.text === "console";
}
