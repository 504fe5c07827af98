import type { IForbiddenRuleType } from "dependency-cruiser";
import { describeEdge, type Edge, type LayerTable } from "./layer-table.ts";

const TEST = "\\.test\\.ts$";

/** Returns the rules that hold a package to its table. */
export function rulesOfTable(table: LayerTable): readonly IForbiddenRuleType[] {
  return [
    ...Object.entries(table.layers).flatMap((entry) => rulesOfLayer(table, ...entry)),
    unknownLayer(table),
  ];
}

function rulesOfLayer(
  table: LayerTable,
  layer: string,
  edges: readonly Edge[],
): readonly IForbiddenRuleType[] {
  const source = sourceOf(table);
  const from = { path: pathOf(table, layer), pathNot: TEST };
  const name = `${table.package}/${layer}`;
  const known = [layer, ...edges.map((edge) => (typeof edge === "string" ? edge : edge.to))];
  return [
    {
      name,
      severity: "error",
      comment: `${name} may import only ${edges.length === 0 ? "itself" : edges.map(describeEdge).join(", ")}`,
      from,
      to: { path: source, pathNot: known.map((each) => pathOf(table, each)) },
    },
    ...edges.flatMap((edge) => narrowRules(table, { name, from }, edge)),
  ];
}

function narrowRules(
  table: LayerTable,
  { name, from }: Pick<IForbiddenRuleType, "from"> & { readonly name: string },
  edge: Edge,
): readonly IForbiddenRuleType[] {
  if (typeof edge === "string") return [];
  const path = pathOf(table, edge.to);
  const rule = { severity: "error", comment: `${name} may import ${describeEdge(edge)}`, from } as const;
  return [
    ...(edge.file === undefined
      ? []
      : [{ ...rule, name: `${name} narrowly`, to: { path, pathNot: `${path}${escapeRegExp(edge.file)}$` } }]),
    ...(edge.typesOnly === true
      ? [{ ...rule, name: `${name} types only`, to: { path, dependencyTypesNot: ["type-only" as const] } }]
      : []),
  ];
}

/** Requires a place in the table for every folder. */
function unknownLayer(table: LayerTable): IForbiddenRuleType {
  const source = sourceOf(table);
  return {
    name: `${table.package}/unknown-layer`,
    severity: "error",
    comment:
      "is in no layer: give it a place in scripts/checks/layers/layer-table.ts and in docs/architecture.md",
    from: {},
    to: {
      path: source,
      pathNot: [...Object.keys(table.layers), ...(table.outside ?? [])].map((layer) => pathOf(table, layer)),
    },
  };
}

function sourceOf(table: LayerTable): string {
  return `^packages/${table.package}/src/`;
}

/** Returns the start of the paths of a layer, as a regular expression. */
function pathOf(table: LayerTable, layer: string): string {
  const source = sourceOf(table);
  if (layer === ".*") return source;
  const folders = table.groups?.[layer];
  if (folders !== undefined) return `${source}(?:${folders.map(escapeRegExp).join("|")})/`;
  return layer.endsWith(".ts") ? `${source}${escapeRegExp(layer)}$` : `${source}${escapeRegExp(layer)}/`;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
