import { expect, test } from "vitest";
import { noAny } from "./no-any.ts";
import { findingsIn, placesOf } from "./support/fixture.ts";

test("`any` is found in sources, tests and generated files", async () => {
  const findings = await findingsIn(noAny, {
    "packages/core/src/a.ts": "// biome-ignore lint: why not\nexport const a: any = 1;\n",
    "packages/core/src/a.test.ts": "const b = 1 as any;\n",
    "examples/hello/src/hello.crosspane.ts": "export type A = Record<string, any>;\n",
  });
  expect(placesOf(findings)).toEqual([
    "examples/hello/src/hello.crosspane.ts:1",
    "packages/core/src/a.test.ts:1",
    "packages/core/src/a.ts:2",
  ]);
});

test("the word, and the file that loads koffi, are not found", async () => {
  const findings = await findingsIn(noAny, {
    "packages/core/src/a.ts": `// any comment\nexport const any = "any";\n`,
    "packages/transports/src/win32/load-koffi.ts": "export const koffi: any = 1;\n",
  });
  expect(findings).toEqual([]);
});
