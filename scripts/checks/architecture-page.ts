/**
 * Checks docs/architecture.md against the repository: its tables of layers say what the layer check
 * allows, and the files and folders that it names exist.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Check, Finding } from "./check.ts";
import { describeEdge, type LayerTable, layerTables } from "./layers/layer-table.ts";

const PAGE = "docs/architecture.md";

export const architecturePage: Check = {
  name: "architecture-page",
  title: "docs/architecture.md shows the layers and names files that exist",
  run: async (root) => {
    const page = readFileSync(path.join(root, PAGE), "utf8");
    return [...wrongLayers(page, layerTables), ...missingFiles(page, root)];
  },
};

/** Compares rows such as `` | `core/wire` | contents | errors, codec | `` with the tables. */
export function wrongLayers(page: string, tables: readonly LayerTable[]): readonly Finding[] {
  const rows = new Map<string, { readonly line: number; readonly imports: string }>();
  for (const [index, line] of page.split("\n").entries()) {
    const [, layer, imports] = /^\| `(\w+\/[\w.<>-]+)` \|[^|]*\| ([^|]*) \|$/.exec(line) ?? [];
    if (layer !== undefined && imports !== undefined) rows.set(layer, { line: index + 1, imports });
  }
  const findings: Finding[] = [];
  for (const table of tables) {
    for (const [name, edges] of Object.entries(table.layers)) {
      const layer = `${table.package}/${name}`;
      const row = rows.get(layer);
      rows.delete(layer);
      const expected = edges.map(describeEdge).join(", ") || "nothing";
      if (row === undefined) {
        findings.push({
          file: PAGE,
          message: `has no row for the layer ${layer}: add it with "${expected}"`,
        });
      } else if (row.imports !== expected) {
        findings.push({ file: PAGE, line: row.line, message: `the layer ${layer} may import: ${expected}` });
      }
    }
  }
  for (const [layer, { line }] of rows) {
    if (tables.some(({ package: name }) => layer.startsWith(`${name}/`)))
      findings.push({ file: PAGE, line, message: `${layer} is not a layer: remove the row` });
  }
  return findings;
}

/**
 * Looks for paths such as `` `core/src/wire/decode.ts` ``, and for names such as `` `frame.ts` ``
 * in the last folder that their line names.
 */
export function missingFiles(page: string, root: string): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [index, line] of page.split("\n").entries()) {
    let folder: string | undefined;
    for (const [, named = ""] of line.matchAll(/`([\w./-]+(?:\.ts|\/))`/g)) {
      if (/^(core|transports|codegen|bridges)\/src\//.test(named)) {
        folder = named.endsWith("/") ? named : path.posix.dirname(named);
        if (!existsSync(path.join(root, "packages", named)))
          findings.push({ file: PAGE, line: index + 1, message: `names ${named}, which does not exist` });
      } else if (folder !== undefined && !named.includes("/")) {
        if (!existsSync(path.join(root, "packages", folder, named)))
          findings.push({
            file: PAGE,
            line: index + 1,
            message: `names ${named}, which does not exist in ${folder}`,
          });
      }
    }
  }
  return findings;
}
