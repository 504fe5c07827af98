import { expect, it } from "vitest";
import { displayPath, isContractPath, outputPath } from "./contract-paths.js";

it.each([
  ["/a/x.service.ts", "/a/x.crosspane.ts"],
  ["/a/x.ts", "/a/x.crosspane.ts"],
  ["/a/x.service.mts", "/a/x.crosspane.mts"],
  ["/a/x.cts", "/a/x.crosspane.ts"],
  ["/a/x.tsx", "/a/x.crosspane.ts"],
])("the output of %s is %s", (contract, output) => {
  expect(outputPath(contract)).toBe(output);
});

it.each([
  ["x.service.ts", true],
  ["x.mts", true],
  ["x.d.ts", false],
  ["x.crosspane.ts", false],
  ["x.js", false],
])("%s can be a contract: %s", (path, expected) => {
  expect(isContractPath(path)).toBe(expected);
});

it("paths are shown relative to the folder, with forward slashes", () => {
  expect(displayPath(`${process.cwd()}/a/b.ts`, process.cwd())).toBe("a/b.ts");
});
