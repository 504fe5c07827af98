import { expect, test } from "vitest";
import { contentProblems } from "./package-contents.ts";
import { placesOf } from "./support/fixture.ts";

const needed = ["package.json", "LICENSE", "README.md", "dist/index.js", "dist/index.d.ts", "src/index.ts"];

test("the build, its sources and the licence are all a package holds", () => {
  expect(contentProblems({ folder: "packages/core", files: needed })).toEqual([]);
  expect(contentProblems({ folder: "packages/core", files: [...needed, "dist/testing/index.js"] })).toEqual(
    [],
  );
});

test("what is missing and what is too much is found", () => {
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
