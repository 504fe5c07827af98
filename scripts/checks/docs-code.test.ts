import { expect, test } from "vitest";
import { docsCode } from "./docs-code.ts";
import { findingsIn, placesOf } from "./support/fixture.ts";

const contract = `/** @service */
export interface Hello {
  greet(name: string): Promise<string>;
}
`;

function fence(info: string, code: string): string {
  return `\n\`\`\`${info}\n${code}\`\`\`\n`;
}

test("pages whose code compiles pass", async () => {
  const findings = await findingsIn(docsCode, {
    "packages/core/package.json": JSON.stringify({
      name: "@crosspane/core",
      exports: { "./testing": { types: "./testing.d.ts" }, "./package.json": "./package.json" },
    }),
    "packages/core/testing.d.ts": "export declare const answer: number;\n",
    "docs/a.md": [
      "# Named blocks see each other, and a contract's generated module",
      fence("ts hello.service.ts", contract),
      fence(
        "ts",
        `// file: client.ts\nimport type { Hello } from "./hello.crosspane.js";\nexport const greet = (hello: Hello): Promise<string> => hello.greet("a");\n`,
      ),
      fence(
        "ts",
        `import { greet } from "./client.js";\nexport const text: Promise<string> = greet({ greet: async (name) => name });\n`,
      ),
      fence(
        "ts",
        `import { answer } from "@crosspane/core/testing";\nconst text: string = answer.toFixed();\nawait Promise.resolve(text);\n`,
      ),
      fence("ts fragment: the rest is in the example", "  greet(name) {\n"),
      fence("text", "not TypeScript: at all\n"),
    ].join("\n"),
    "docs/diagnostics/CP1.md": `## Violation\n${fence("ts", "const a: Nothing = 1;\n")}`,
    "examples/hello/src/a.ts": "export const a = 1;\n",
    "examples/hello/README.md": fence("ts", `import { a } from "./src/a.js";\nexport const b: number = a;\n`),
  });
  expect(findings).toEqual([]);
});

test("a contract may use what our packages and Node declare", async () => {
  const service = `import type { Readable } from "node:stream";
import type { Subscription } from "@crosspane/core";
/** @service */
export interface Files {
  write(content: Readable): Promise<void>;
  watch(listener: (name: string) => void): Promise<Subscription>;
}
`;
  const findings = await findingsIn(docsCode, {
    "packages/core/package.json": JSON.stringify({
      name: "@crosspane/core",
      exports: { ".": { types: "./index.d.ts" } },
    }),
    "packages/core/index.d.ts": "export interface Subscription extends Disposable {}\n",
    "docs/a.md": [
      fence("ts files.service.ts", service),
      fence("ts", `import { Files } from "./files.crosspane.js";\nFiles.implement;\n`),
    ].join("\n"),
  });
  expect(findings).toEqual([]);
});

test("a compiler error is found at its line of the page", async () => {
  const findings = await findingsIn(docsCode, {
    "README.md": `# A${fence("ts", `const a = 1;\nconst b: string = a;\n`)}`,
    "docs/a.md": `1. in a list\n\n   \`\`\`ts\n   import { c } from "./missing.js";\n   \`\`\`\n`,
    "docs/b.md": fence("ts", "declare const text: string | undefined;\ntext.length;\n"),
    "docs/diagnostics/CP1.md": `## Fix\n${fence("ts", "const a: Nothing = 1;\n")}`,
  });
  expect(placesOf(findings)).toEqual([
    "README.md:4",
    "docs/a.md:4",
    "docs/b.md:4",
    "docs/diagnostics/CP1.md:4",
  ]);
});

test("a contract that cannot be generated is found at its line of the page", async () => {
  const findings = await findingsIn(docsCode, {
    "docs/a.md": [
      fence("ts hello.service.ts", contract.replace("Promise<string>", "string")),
      fence("ts", `export * from "./hello.crosspane.js";\n`),
    ].join("\n"),
  });
  expect(findings[0]).toMatchObject({
    file: "docs/a.md",
    line: 5,
    message: expect.stringMatching(/^CP1106/),
  });
});

test.each([
  ["an unknown word beside the language", fence("ts ignore", "a\n")],
  ["a fragment without a reason", fence("ts fragment", "a\n")],
  ["a second file of one name", fence("ts a.ts", "export {};\n") + fence("ts a.ts", "export {};\n")],
])("%s is found", async (_, page) => {
  expect(await findingsIn(docsCode, { "docs/a.md": page })).toHaveLength(1);
});
