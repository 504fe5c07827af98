import { expect, test } from "vitest";
import { declaredImports } from "./declared-imports.ts";
import { findingsIn, placesOf } from "./support/fixture.ts";

const manifests = {
  "package.json": JSON.stringify({ devDependencies: { vitest: "1.0.0" } }),
  "packages/core/package.json": JSON.stringify({
    name: "@crosspane/core",
    dependencies: { msgpackr: "1.0.0" },
  }),
  "examples/hello/package.json": JSON.stringify({ dependencies: { "@crosspane/core": "1.0.0" } }),
};

test("an undeclared import, and a path into a sibling, are found", async () => {
  const findings = await findingsIn(declaredImports, {
    ...manifests,
    "packages/core/src/a.ts": `import "node:fs";\nimport "chalk";\nimport { test } from "vitest";\n`,
    "packages/core/src/c.ts": `import "@crosspane/core/testing";\n`,
    "packages/core/src/b.ts": `export const load = () => import("@scope/other/sub");\n`,
    "examples/hello/src/vite.config.ts": `import "vitest";\n`,
    "examples/hello/src/a.ts": `import "../../../packages/core/src/a.js";\nimport "@crosspane/transports";\n`,
  });
  expect(placesOf(findings)).toEqual([
    "examples/hello/src/a.ts:1",
    "examples/hello/src/a.ts:2",
    "examples/hello/src/vite.config.ts:1",
    "packages/core/src/a.ts:2",
    "packages/core/src/a.ts:3",
    "packages/core/src/b.ts:1",
    "packages/core/src/c.ts:1",
  ]);
});

test("dependencies, the package itself, its own files, Node, and test tools are not", async () => {
  const findings = await findingsIn(declaredImports, {
    ...manifests,
    "packages/core/src/a.ts": `import "node:fs";\nimport "fs";\nimport "msgpackr/pack";\n`,
    "packages/core/src/a.crosspane.ts": `import "@crosspane/core/stub-v1";\n`,
    "packages/core/src/b.test.ts": `import { test } from "vitest";\nimport "./a.js";\n`,
    "packages/core/vite.config.ts": `import "vitest/config";\n`,
    "examples/hello/src/a.ts": `import "@crosspane/core";\nimport "./b.js";\n`,
    "examples/hello/vite.config.ts": `import "vitest";\n`,
  });
  expect(findings).toEqual([]);
});
