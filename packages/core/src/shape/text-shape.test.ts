// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are types
import { describe, expect, it } from "vitest";
import { sendConversion } from "./conversion.js";
import { ShapeMismatch } from "./shape-mismatch.js";
import { type TextPattern, TextShape } from "./text-shape.js";

function accepts(pattern: TextPattern, text: unknown): boolean {
  try {
    return new TextShape("pattern", pattern).convert(text, sendConversion(64)) === text;
  } catch (thrown) {
    if (thrown instanceof ShapeMismatch) return false;
    throw thrown;
  }
}

describe("a template literal type accepts the strings that the compiler accepts", () => {
  const between = (texts: readonly string[], ...parts: readonly TextPattern[]) => ({ texts, parts });

  it.each<[string, TextPattern, readonly unknown[], readonly unknown[]]>([
    ["a text before", between(["id-", ""], "string"), ["id-", "id-x"], ["id", "xid-", 5, undefined]],
    ["texts that may not overlap", between(["ab", "ba"], "string"), ["abba", "ab-ba"], ["aba"]],
    ["numbers", between(["", ""], "number"), ["0", "-1.5", "1e3", "0x1f"], ["", "x", "Infinity", "1n"]],
    ["bigints", between(["", ""], "bigint"), ["0", "-12", "0xff"], ["", "1.5", "01", "1n"]],
    [
      "the first place of what is between",
      between(["", "-", ""], "string", "number"),
      ["-1", "a-1", "--1"],
      ["a-b-1", "1"],
    ],
    [
      "one character each for parts without text between",
      between(["", "", ""], "string", "number"),
      ["a1", "11"],
      ["", "ab"],
    ],
    ["cases", { in: "Uppercase", of: "string" }, ["ABC", "", "1"], ["aBC"]],
    [
      "cases in each other",
      { in: "Capitalize", of: { in: "Lowercase", of: "string" } },
      ["1a", "Ab", "X", ""],
      ["aB", "ab", "AB"],
    ],
    [
      "a case of a template",
      between(["", "!"], { in: "Uncapitalize", of: "string" }),
      ["aB!", "!"],
      ["AB!", "aB"],
    ],
  ])("%s", (_, pattern, good, bad) => {
    expect(good.filter((text) => !accepts(pattern, text))).toEqual([]);
    expect(bad.filter((text) => accepts(pattern, text))).toEqual([]);
  });

  it("names the expected type, and shows the content only to its own side", () => {
    const shape = new TextShape("`id-${number}`", between(["id-", ""], "number"));
    const thrown = catchMismatch(() => shape.convert("id-x", sendConversion(64)));
    expect(thrown.describe()).toBe('expected `id-${number}`, got "id-x"');
    expect(thrown.describe(true)).toBe("expected `id-${number}`, got string");
  });
});

function catchMismatch(run: () => unknown): ShapeMismatch {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof ShapeMismatch) return thrown;
  }
  throw new Error("nothing was refused");
}
