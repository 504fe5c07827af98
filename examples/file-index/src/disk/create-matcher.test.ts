import { expect, test } from "vitest";
import { createMatcher } from "./create-matcher.js";

test.each([
  ["**/package.json", "package.json", true],
  ["**/package.json", "a/b/package.json", true],
  ["**/package.json", "a/package.json5", false],
  ["**/package.json", "a/package.json/b", false],
  ["*.txt", "a.txt", true],
  ["*.txt", ".txt", true],
  ["*.txt", "a/b.txt", false],
  ["**", "a/b", true],
  ["a/**", "a/b/c", true],
  ["a/**", "b/a/c", false],
  ["a/**/d", "a/d", true],
  ["a/**/d", "a/b/c/d", true],
  ["a/**/b/**/c", "a/b/x/b/c", true],
  ["a/**/b/**/c", "a/x/c", false],
  ["*a*b*c", "xaxbxbxc", true],
  ["*a*b*c", "xaxcxb", false],
  ["a*a", "a", false],
  ["a+(b)[c].txt", "a+(b)[c].txt", true],
  ["a.txt", "abtxt", false],
])("%j and %j: %j", (pattern, path, isMatch) => {
  expect(createMatcher(pattern)(path)).toBe(isMatch);
});

test.each(["", "x".repeat(501)])("refuses a pattern of the wrong size", (pattern) => {
  expect(() => createMatcher(pattern)).toThrow(expect.objectContaining({ code: "invalidArgument" }));
});

test.each([
  [`${"*a".repeat(200)}b`, "a".repeat(255)],
  [`${"**/a/".repeat(90)}b`, "a/".repeat(2000)],
  [`${"**/*a*a*/".repeat(40)}b`, `${"a".repeat(200)}/`.repeat(20)],
])("no pattern takes for ever: %#", (pattern, path) => {
  const started = process.cpuUsage();
  expect(createMatcher(pattern)(path)).toBe(false);
  // Processor time in microseconds, which does not advance while other programs run.
  const { user, system } = process.cpuUsage(started);
  expect(user + system).toBeLessThan(1_000_000);
});
