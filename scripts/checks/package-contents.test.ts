import { expect, test } from "vitest";
import { contentProblems } from "./package-contents.ts";
import { placesOf } from "./support/fixture.ts";

const needed = ["package.json", "LICENSE", "README.md", "dist/index.js", "dist/index.d.ts", "src/index.ts"];

test("a package with the build, its sources and the licence passes", () => {
  expect(contentProblems({ folder: "packages/core", files: needed })).toEqual([]);
  expect(contentProblems({ folder: "packages/core", files: [...needed, "dist/testing/index.js"] })).toEqual(
    [],
  );
});

test("missing and superfluous files are found", () => {
  const files = [
    "package.json",
    "README.md",
    "tsconfig.tsbuildinfo",
    "dist/a.test.js",
    "dist/a.test.d.ts.map",
    "dist/test-support/links.d.ts",
    "src/test-support/links.ts",
    "src/index.ts",
  ];
  expect(placesOf(contentProblems({ folder: "packages/transports", files }))).toEqual([
    "packages/transports/LICENSE",
    "packages/transports/dist/a.test.d.ts.map",
    "packages/transports/dist/a.test.js",
    "packages/transports/dist/test-support/links.d.ts",
    "packages/transports/src/test-support/links.ts",
    "packages/transports/tsconfig.tsbuildinfo",
  ]);
});
