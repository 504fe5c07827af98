import { expect, test } from "vitest";
import { leftovers } from "./leftovers.ts";
import { findingsIn, placesOf } from "./support/fixture.ts";

const note = ["TO", "DO"].join("");
const only = ["on", "ly"].join("");

test("notes of unfinished work and exclusive tests are found", async () => {
  const findings = await findingsIn(leftovers, {
    "a.md": `\n${note}: write this\n`,
    "packages/core/src/a.ts": `// ${note}\n`,
    "packages/core/src/a.test.ts": `test.${only}("a", () => {});\ndescribe.each([1]).${only}("b", () => {});\n`,
  });
  expect(placesOf(findings)).toEqual(["a.md:2", "packages/core/src/a.test.ts:1", "packages/core/src/a.ts:1"]);
});

test("finished work passes", async () => {
  const findings = await findingsIn(leftovers, {
    "a.md": "A to-do list is one of the examples.\n",
    "packages/core/src/a.test.ts": `test("a", () => {});\nconst it = { only: 1 };\n`,
  });
  expect(findings).toEqual([]);
});
