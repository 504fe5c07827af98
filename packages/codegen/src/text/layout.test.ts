import { describe, expect, it } from "vitest";
import { formatDocComment } from "./doc-comment.js";
import { camelCase, propertyAccess, propertyKey, quote } from "./identifier.js";
import { braces, call, layOut, list } from "./layout.js";

describe("code", () => {
  it("stays on one line while it fits", () => {
    expect(layOut(call("f", "1", list(["2"]), braces(["a: 3"])), { indent: 0 })).toBe("f(1, [2], { a: 3 })");
    expect(layOut(braces([]), { indent: 0 })).toBe("{}");
  });

  it("is broken at the outermost brackets, one item to a line", () => {
    const long = "x".repeat(60);
    expect(layOut(call("f", long, call("g", "1"), long), { indent: 2 })).toBe(
      `f(\n    ${long},\n    g(1),\n    ${long},\n  )`,
    );
  });

  it("keeps a name beside the literal that is broken", () => {
    const items = Array.from({ length: 30 }, (_, index) => `k${index}: ${index}`);
    expect(layOut(call("f", '"name"', braces(items)), { indent: 0 })).toMatch(/^f\("name", \{\n {2}k0: 0,\n/);
  });
});

it("names are quoted only if they have to be", () => {
  expect([propertyKey("a1"), propertyKey("a-b"), propertyKey("1")]).toEqual(["a1", '"a-b"', '"1"']);
  expect([propertyAccess("a"), propertyAccess("a b")]).toEqual([".a", '["a b"]']);
  expect([quote("a"), quote('"a"'), quote(`'"`)]).toEqual(['"a"', `'"a"'`, `"'\\""`]);
});

it("any type has a name in camelCase", () => {
  expect(camelCase("Page<Item>")).toBe("pageOfItem");
  expect(camelCase("Map<string, Item[]>")).toBe("mapOfStringAndItemArray");
  expect(camelCase("1")).toBe("_1");
});

it("doc comments are one line or several", () => {
  expect(formatDocComment([], 2)).toBe("");
  expect(formatDocComment(["a"], 2)).toBe("  /** a */\n");
  expect(formatDocComment(["a", "", "b"], 0)).toBe("/**\n * a\n *\n * b\n */\n");
});
