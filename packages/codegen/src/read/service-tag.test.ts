import { describe, expect, it } from "vitest";
import { checkSource, readSources } from "../test-support/read-sources.js";

const service = "export interface A { a(): Promise<void> }";

/** Returns the place and the rule of each diagnostic. */
function report(text: string): readonly string[] {
  return checkSource(text).map(({ at, id }) => `${at.line}:${at.column} ${id}`);
}

describe("a tag in a doc comment that TypeScript attaches to nothing is reported", () => {
  it.each<[string, string, string]>([
    ["on the line of the brace before it", `interface B {\n} /** @service */\n${service}`, "2:3 CP1010"],
    ["between two interfaces on one line", `interface B {} /** @service */ ${service}`, "1:16 CP1010"],
    ["after another statement on its line", `const one = 1; /** @service */\n${service}`, "1:16 CP1010"],
    ["after an import on its line", `import {} from "x"; /** @service */\n${service}`, "1:21 CP1010"],
    ["after `export`", "export /** @service */ interface A { a(): Promise<void> }", "1:8 CP1010"],
    ["after the name", "export interface A /** @service */ { a(): Promise<void> }", "1:20 CP1010"],
    ["inside the braces", "export interface A {\n  /** @service */\n}", "2:3 CP1010"],
    ["after the last member", "export interface A { a(): void; /** @service */ }", "1:33 CP1010"],
    ["after the interface on its line", `${service} /** @service */`, "1:43 CP1010"],
    ["at the end of the file", `${service}\n/** Docs.\n * @service acme.A\n */\n`, "2:1 CP1010"],
    ["before an import", `/** @service */\nimport {} from "x";\n${service}`, "1:1 CP1010"],
    ["before an export", `interface A {}\n/** @service */\nexport { A };`, "2:1 CP1010"],
    ["before an expression", `${service}\n/** @service */\nconsole.log(1);`, "3:1 CP1003"],
  ])("%s", (_, text, expected) => {
    expect(report(text)).toEqual([expected]);
  });

  it("after text that looks like the beginning of a comment", () => {
    expect(report(`const glob = "src/**"; /** @service */\n${service}`)).toEqual(["1:24 CP1010"]);
  });

  it("beside a service that is found", () => {
    expect(report(`/** @service */\n${service} /** @service */\nexport interface B {}`)).toEqual([
      "2:43 CP1010",
    ]);
  });

  it("and other spellings are, on the line of the brace before an interface", () => {
    expect(report(`interface B {\n} // @service\n${service}`)).toEqual(["3:1 CP1010"]);
    expect(report("export /* @service */ interface A {}")).toEqual(["1:1 CP1010"]);
  });
});

describe("a tag is found", () => {
  it.each<[string, string]>([
    ["after an empty comment", `/**/ const glob = "src/**"; /* none */\n/** @service */ ${service}`],
    ["on the line of the interface", `/** @service */ ${service}`],
    ["after another doc comment", `/** Docs. */\n/** @service */\n${service}`],
    ["before another doc comment", `/** @service */\n/** Docs. */\n${service}`],
    ["before another comment", `/** @service */\n// note\n\n${service}`],
    ["in a file with a byte order mark", `\ufeff/** @service */\n${service}`],
    ["after a shebang", `#!/usr/bin/env node\n/** @service */\n${service}`],
    ["in a namespace, after its brace", `export namespace N {\n/** @service */\n${service}\n}`],
  ])("%s", (_, text) => {
    const [contract] = readSources({ "/x.service.ts": text });
    expect(contract?.services.map(({ name }) => name)).toEqual(["A"]);
    expect(contract?.problems).toEqual([]);
  });
});

it("text that is not a comment has no tag", () => {
  const texts = [
    'const a = "/** @service */";',
    "const a = `/** @service */`;",
    `const a = \`/** \${1} \n/** @service */ \${2} /** @service */\`;`,
    "const a = /[/]** @service *[/]/;",
    "// see /** @service */",
  ];
  for (const text of texts) expect(readSources({ "/x.service.ts": text })).toEqual([]);
});
