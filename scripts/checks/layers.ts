/**
 * Checks the layers of docs/architecture.md: which folder may import which, no cycles, no dead
 * files. `layers/layer-table.ts` has the table of layers, `layers/rules.ts` the other rules. Types
 * count as imports too: code that knows a type knows the layer.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { cruise, type ICruiseResult, type IViolation } from "dependency-cruiser";
import type { Check, Finding } from "./check.ts";
import { layerRules } from "./layers/rules.ts";

const SOURCES = [
  "packages/core/src",
  "packages/codegen/src",
  "packages/transports/src",
  "packages/bridges/src",
  "packages/crosspane/src",
  "examples",
  "bench",
];

export const layers: Check = {
  name: "layers",
  title: "imports follow the layers",
  run: async (root) => {
    const { output } = await cruise(
      SOURCES.filter((folder) => existsSync(path.join(root, folder))),
      {
        baseDir: root,
        validate: true,
        ruleSet: { forbidden: [...layerRules] },
        tsPreCompilationDeps: true,
        doNotFollow: { path: "(^|/)(node_modules|dist)/" },
        exclude: { path: "(^|/)(dist|fixtures)/.*(?<!\\.d)\\.[mc]?[jt]s$" },
      },
      { conditionNames: ["types", "import", "default"], exportsFields: ["exports"] },
    );
    return (output as ICruiseResult).summary.violations.map((violation) => findingOf(root, violation));
  },
};

function findingOf(root: string, violation: IViolation): Finding {
  const { rule, from, to, unresolvedTo, cycle } = violation;
  const comment = layerRules.find(({ name }) => name === rule.name)?.comment ?? "";
  const isAboutTarget = rule.name === "no-dead-file" || rule.name.endsWith("/unknown-layer");
  if (isAboutTarget) return { file: to, message: `${comment} (${rule.name})` };
  const detail = cycle === undefined ? to : [from, ...cycle.map(({ name }) => name)].join(" -> ");
  return {
    file: from,
    line: lineOfImport(path.join(root, from), unresolvedTo),
    message: `${comment}: ${detail} (${rule.name})`,
  };
}

function lineOfImport(file: string, specifier: string | undefined): number | undefined {
  if (specifier === undefined || !existsSync(file)) return undefined;
  const lines = readFileSync(file, "utf8").split("\n");
  const index = lines.findIndex((line) => line.includes(`"${specifier}"`));
  return index < 0 ? undefined : index + 1;
}
