/**
 * Checks that every third-party package is imported in one place, so that it can be replaced there,
 * and so that its faults are handled in one place. The rule looks for the name as a string, because
 * `createRequire` imports too.
 */
import ts from "typescript";
import type { Check, Finding } from "./check.ts";
import { isTestSupport, lineOf, parsedSources, visit } from "./support/parsed-sources.ts";

/** The place of each: a file, or a folder with a slash at its end. */
const PLACES: Readonly<Record<string, string>> = {
  "@opentelemetry": "packages/core/src/opentelemetry/",
  msgpackr: "packages/core/src/codec/msgpack-codec.ts",
  "ts-morph": "packages/codegen/src/read/",
  chokidar: "packages/codegen/src/watch.ts",
  commander: "packages/crosspane/src/",
  json5: "packages/crosspane/src/values/parse-arguments.ts",
  "@koromix": "packages/transports/src/win32/koffi.ts",
};

export const engines: Check = {
  name: "engines",
  title: "each foreign package is imported in its one place",
  run: async (root) => {
    const findings: Finding[] = [];
    for (const { file, tree } of await parsedSources(root)) {
      if (!/^packages\/[^/]+\/src\//.test(file) || isTestSupport(file)) continue;
      visit(tree, (node) => {
        if (!ts.isStringLiteralLike(node) || !isSpecifier(node)) return;
        const place = placeOf(node.text);
        if (place === undefined || isAt(file, place)) return;
        const message = `names the package "${node.text}": only ${place} may`;
        findings.push({ file, line: lineOf(tree, node), message });
      });
    }
    return findings;
  },
};

function placeOf(specifier: string): string | undefined {
  const name = specifier.split("/")[0] ?? "";
  return Object.hasOwn(PLACES, name) ? PLACES[name] : undefined;
}

function isAt(file: string, place: string): boolean {
  return place.endsWith("/") ? file.startsWith(place) : file === place;
}

/**
 * Returns true if the string names the module of an import, an export or a call, and is not part of
 * a type or a table.
 */
function isSpecifier(node: ts.StringLiteralLike): boolean {
  const { parent } = node;
  return (
    ts.isImportDeclaration(parent) ||
    ts.isExportDeclaration(parent) ||
    ts.isCallExpression(parent) ||
    (ts.isLiteralTypeNode(parent) && ts.isImportTypeNode(parent.parent))
  );
}
