import { fileURLToPath } from "node:url";
import { Project } from "ts-morph";
import { describe, expect, it } from "vitest";
import { runtimeSymbols } from "./runtime-symbols.js";

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

  it("names the entry that exists", () => {
    expect(runtimeSymbols.module).toBe("@crosspane/core/stub-v1");
  });
});
