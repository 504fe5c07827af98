import { expect, test } from "vitest";
import { noConsole } from "./no-console.ts";
import { findingsIn, placesOf } from "./support/fixture.ts";

test("a package that prints is found", async () => {
  const findings = await findingsIn(noConsole, {
    "packages/core/src/a.ts": "export const a = 1;\nconsole.log(a);\n",
    "packages/core/src/b.ts": "export const log = console.error;\n",
  });
  expect(placesOf(findings)).toEqual(["packages/core/src/a.ts:2", "packages/core/src/b.ts:1"]);
});

test("code that may print, and a comment, are not found", async () => {
  const findings = await findingsIn(noConsole, {
    "packages/core/src/a.ts": "// console.log\nexport const a = 1;\n",
    "packages/core/src/a.test.ts": "console.log(1);\n",
    "packages/core/src/call/error-reports.ts": "console.error(1);\n",
    "examples/hello/src/main.ts": "console.log(1);\n",
  });
  expect(findings).toEqual([]);
});
