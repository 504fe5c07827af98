import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Project } from "ts-morph";
import { describe, expect, it } from "vitest";
import { runtimeModules, runtimeSymbols } from "./runtime-symbols.js";

const stub = fileURLToPath(new URL("../../core/src/stub-v1/index.ts", import.meta.url));
const project = new Project({ compilerOptions: { types: [] } });
const exported = new Set(
  project
    .addSourceFileAtPath(stub)
    .getExportSymbols()
    .map((symbol) => symbol.getName()),
);

describe("the imports of generated code are exported by core", () => {
  it.each([...runtimeSymbols.types, ...runtimeSymbols.values])("%s", (name) => {
    expect(exported).toContain(name);
  });

  it.each(runtimeModules)("names an entry that exists: $specifier", ({ package: name, specifier }) => {
    const folder = new URL(`../../${name.replace("@crosspane/", "")}/`, import.meta.url);
    const { exports } = JSON.parse(readFileSync(new URL("package.json", folder), "utf8")) as {
      readonly exports: Readonly<Record<string, unknown>>;
    };
    expect(Object.keys(exports)).toContain(`.${specifier.slice(name.length)}`);
  });
});
