import { expect, test } from "vitest";
import { findingsIn, placesOf } from "./support/fixture.ts";
import { voice } from "./voice.ts";

const long = "a word ".repeat(20).trim();
const link = `[page](https://example.org/${"path/".repeat(30)})`;

// Put together here, or these comments would break the rule themselves.
const lines = (...text: readonly string[]) => `${text.join("\n")}\n`;

test("a doc comment that opens with a question word is found", async () => {
  const findings = await findingsIn(voice, {
    "packages/codegen/src/a.ts": lines(
      "/** What it is. */",
      "export const a = 1;",
      "/**",
      " * Whether it is so.",
      " */",
      "export const b = 1;",
      "/** As above. */",
      "export const c = 1;",
    ),
  });
  expect(placesOf(findings)).toEqual([
    "packages/codegen/src/a.ts:1",
    "packages/codegen/src/a.ts:3",
    "packages/codegen/src/a.ts:7",
  ]);
});

test("a refused phrase is found in comments and pages", async () => {
  const findings = await findingsIn(voice, {
    "docs/a.md": "Nobody reads it.\n\n| a |\n|---|\n| whoever reads it |\n",
    "examples/a/src/a.ts": "export const a = [\n  1, // this is no number\n  // a hello that is none\n];\n",
  });
  expect(placesOf(findings)).toEqual([
    "docs/a.md:1",
    "docs/a.md:5",
    "examples/a/src/a.ts:2",
    "examples/a/src/a.ts:3",
  ]);
});

test("a long line of a comment or a page is found", async () => {
  const findings = await findingsIn(voice, {
    "README.md": `${long}\n- ${long}\n`,
    "scripts/a.mjs": `/**\n * ${long}\n */\nexport const a = 1;\n// ${long}\n`,
  });
  expect(placesOf(findings)).toEqual(["README.md:1", "README.md:2", "scripts/a.mjs:2", "scripts/a.mjs:5"]);
});

test("code, quotations, strings, tables and unbreakable lines are not found", async () => {
  const findings = await findingsIn(voice, {
    "README.md": lines(
      '`nobody`, and the test "whoever comes"; it is no longer so, and there is no other.',
      "```ts",
      `// Nobody. ${long}`,
      "```",
      `| ${long} |`,
      `- ${link}`,
      `# ${long}`,
      `<!-- ${long}`,
      `${long} -->`,
    ),
    "scripts/a.ts": lines(
      "// It is no more than this: `nobody`.",
      `export const a = "// nobody";`,
      `export const b = \`\${a} // whoever\`;`,
      `export const c = ${JSON.stringify(long)}; // short`,
      `// https://example.org/${"path/".repeat(30)}`,
    ),
    "docs/conformance.md": "- nobody\n",
  });
  expect(findings).toEqual([]);
});

test("fixtures and generated modules are not held to the rules", async () => {
  const findings = await findingsIn(voice, {
    "packages/codegen/fixtures/a.ts": "/** What. */\nexport const a = 1;\n",
    "examples/a/src/a.crosspane.ts": "/** What. */\nexport const a = 1;\n",
    "examples/a/src/a.ts": "/** What. */\nexport const a = 1;\n",
  });
  expect(placesOf(findings)).toEqual(["examples/a/src/a.ts:1"]);
});
