import { expect, test } from "vitest";
import { npmCommand } from "../bootstrap/npm-command.mjs";
import { attw } from "./attw.ts";
import { packageContents } from "./package-contents.ts";
import { publintCheck } from "./publint.ts";
import { fixture, placesOf } from "./support/fixture.ts";

/** A Windows lane has Node, but no npm. */
const hasNpm = process.platform !== "win32" || npmCommand().length > 1;

test.runIf(hasNpm)("of two packed packages the faulty one is found, by each check of packages", async () => {
  const files = ["dist", "src"];
  await using folder = await fixture({
    LICENSE: "MIT\n",
    "packages/good/package.json": JSON.stringify({
      name: "@crosspane/good",
      version: "1.0.0",
      license: "MIT",
      type: "module",
      files,
      exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
    }),
    "packages/good/LICENSE": "MIT\n",
    "packages/good/README.md": "# Good\n",
    "packages/good/dist/index.js": "export const a = 1;\n",
    "packages/good/dist/index.d.ts": "export declare const a = 1;\n",
    "packages/bad/package.json": JSON.stringify({
      name: "@crosspane/bad",
      version: "1.0.0",
      license: "MIT",
      type: "module",
      files,
      exports: { ".": { default: "./dist/index.js", types: "./dist/missing.d.ts" } },
    }),
    "packages/bad/LICENSE": "another\n",
    "packages/bad/README.md": "# Bad\n",
    "packages/bad/dist/index.js": "export const a = 1;\n",
    "packages/bad/dist/a.test.js": "export {};\n",
    "packages/private/package.json": JSON.stringify({ name: "@crosspane/private", private: true }),
  });
  expect(placesOf(await packageContents.run(folder.root))).toEqual([
    "packages/bad/LICENSE",
    "packages/bad/dist/a.test.js",
  ]);
  expect(new Set(placesOf(await publintCheck.run(folder.root)))).toEqual(
    new Set(["packages/bad/package.json"]),
  );
  expect(placesOf(await attw.run(folder.root))).toEqual(["packages/bad/package.json"]);
});
