import { expect, test } from "vitest";
import { canonicalName } from "./canonical-name.js";

test("a lower-case ASCII name is canonical", () => {
  const name = "inventory-2.main_x y%20:*?";
  expect(canonicalName(name)).toBe(name);
});

test.each([
  ["Inventory", "iNVENTORY"],
  ["Ünïcode", "üNÏCODE"],
  ["e\u0301", "\u00e9"],
  ["E\u0301", "\u00e9"],
  ["\u03c3", "\u03c2"],
])("%j and %j are one name", (a, b) => {
  expect(canonicalName(a)).toBe(canonicalName(b));
});

test.each([
  ["stra\u00dfe", "strasse"],
  ["\u0130", "i"],
  ["a", "b"],
  ["a ", "a"],
])("%j and %j are two", (a, b) => {
  expect(canonicalName(a)).not.toBe(canonicalName(b));
});

test("is its own canonical spelling", () => {
  for (const name of ["\u0130x", "\u1e9e\u00df", "\u01c5", "😀Ä", "\u0345", "e\u0301\u0323"]) {
    expect(canonicalName(canonicalName(name))).toBe(canonicalName(name));
  }
});
