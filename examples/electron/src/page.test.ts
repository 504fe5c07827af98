import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const textOf = (path: string) =>
  readFileSync(new URL(path, import.meta.url), "utf8").replaceAll("\r\n", "\n");

const page = textOf("../../../docs/electron.md");
const shown = [...page.matchAll(/^```ts fragment: src\/(\S+) of examples\/electron.*\n([\s\S]*?)^```$/gm)];

test("docs/electron.md shows the files of each process", () => {
  const names = shown.map(([, name]) => name);
  for (const name of ["main.ts", "preload.ts", "service.ts", "renderer/open-port.ts"]) {
    expect(names).toContain(name);
  }
});

test.each(shown.map(([, name = "", code = ""]) => ({ name, code })))(
  "docs/electron.md shows $name as it is",
  ({ name, code }) => {
    expect(code).toBe(textOf(name));
  },
);
