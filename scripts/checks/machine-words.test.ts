import { expect, test } from "vitest";
import { machineWords } from "./machine-words.ts";
import { findingsIn, placesOf } from "./support/fixture.ts";

// Put together here, or this file would break the rule.
const home = ["", "home", "ada"].join("/");
const temporary = ["", "tmp", "x"].join("/");
const profile = ["C:", "Users", "ada"].join("\\");
const host = ["registry", "npmjs", "org"].join(".");

test("folders and hosts of one machine are found", async () => {
  const findings = await findingsIn(machineWords, {
    "docs/a.md": `Look into ${home}.\n\nOr \`${temporary}\`.\n`,
    "packages/core/src/a.ts": `export const a = ${JSON.stringify(profile)};\n`,
    "package-lock.json": `"resolved": "https://${host}/a"\n`,
    "scripts/windows/a.ts": `// https://${host}\n`,
  });
  expect(placesOf(findings)).toEqual([
    "docs/a.md:1",
    "docs/a.md:3",
    "package-lock.json:1",
    "packages/core/src/a.ts:1",
    "scripts/windows/a.ts:1",
  ]);
});

test("other paths, and those inside a Windows lane, are not found", async () => {
  const findings = await findingsIn(machineWords, {
    "docs/a.md": "./home/a, docs/tmp/b, $root/tmp, https://nodejs.org/home, {@link a}/work\n",
    "scripts/windows/a.ts": `export const prefix = "${temporary}";\n`,
  });
  expect(findings).toEqual([]);
});
