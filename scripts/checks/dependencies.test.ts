import { expect, test } from "vitest";
import { dependencies } from "./dependencies.ts";
import { type FixtureFiles, findingsIn } from "./support/fixture.ts";

const integrity = "sha512-x";
function lock(packages: Readonly<Record<string, unknown>>): FixtureFiles {
  return {
    ".npmrc": "ignore-scripts=true\n",
    "package-lock.json": JSON.stringify({ packages: { "": {}, ...packages } }),
  };
}

test("pinned, permissive dependencies without scripts pass, and tools may have them", async () => {
  const findings = await findingsIn(
    dependencies,
    lock({
      "": { devDependencies: { tool: "1.0.0", old: "npm:tool@0.9.0" } },
      "packages/transports": { dependencies: { "@crosspane/core": "0.1.0" } },
      "node_modules/@crosspane/core": { resolved: "packages/core", link: true },
      "node_modules/tool": { license: "MPL-2.0", integrity, hasInstallScript: true, dev: true },
    }),
  );
  expect(findings).toEqual([]);
});

test.each([
  [
    "an address",
    { "node_modules/a": { integrity, resolved: "https://example.org/a.tgz" } },
    /names an address/,
  ],
  ["no hash", { "node_modules/a": { license: "MIT" } }, /has no hash/],
  ["a range", { "packages/b": { dependencies: { a: "^2.0.0" } } }, /takes a as "\^2\.0\.0"/],
  [
    "an install script, deep down",
    {
      "packages/b": { dependencies: { msgpackr: "2.0.0", a: "1.0.0" } },
      "node_modules/a": { license: "MIT", integrity, dependencies: { c: "^1" } },
      "node_modules/a/node_modules/c": { license: "MIT", integrity, hasInstallScript: true },
    },
    /c runs a script/,
  ],
  [
    "a licence that asks for more",
    {
      "packages/b": { dependencies: { a: "1.0.0" } },
      "node_modules/a": { license: "GPL-3.0", integrity },
    },
    /whose licence is GPL-3\.0/,
  ],
])("%s is found", async (_, packages, message) => {
  const findings = await findingsIn(dependencies, lock(packages));
  expect(findings.map((finding) => finding.message)).toEqual([expect.stringMatching(message)]);
});

test("scripts of dependencies allowed to run here are found", async () => {
  const findings = await findingsIn(dependencies, { ...lock({}), ".npmrc": "fund=false\n" });
  expect(findings).toMatchObject([{ file: ".npmrc" }]);
});
