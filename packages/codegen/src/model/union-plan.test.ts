import { describe, expect, it } from "vitest";
import { shapeOf } from "../test-support/read-sources.js";

const isTagged = (type: string, declarations = "") => shapeOf(type, declarations).includes("tagged: true");
const by = (type: string, declarations = "") => /by: "(\w+)"/.exec(shapeOf(type, declarations))?.[1];

describe("a discriminant", () => {
  const shapes =
    'interface Circle { kind: "circle"; r: number } interface Square { kind: "square"; a: number }';

  it("is a property whose literals differ", () => {
    expect(by("Circle | Square", shapes)).toBe("kind");
    expect(shapeOf("Circle | Square", shapes)).toContain("[&Circle, &Square]");
  });

  it("may be a boolean, a number, an enum member or a set of literals", () => {
    expect(by("{ ok: true; a: 1 } | { ok: false; b: 2 }")).toBe("ok");
    expect(by("{ v: 1 } | { v: 2 }")).toBe("v");
    expect(by("{ v: E.A } | { v: E.B }", "enum E { A, B }")).toBe("v");
    expect(by('{ v: "a" | "b" } | { v: "c" }')).toBe("v");
  });

  it("works beside members that are not objects", () => {
    expect(by("Circle | Square | undefined | string", shapes)).toBe("kind");
  });

  it("needs to be required, and to differ everywhere", () => {
    expect(by('{ k?: "a" } | { k: "b" }')).toBeUndefined();
    expect(by('{ k: "a"; x: 1 } | { k: "a"; x: string }')).toBeUndefined();
    expect(by('{ k: "a" } | { k: string; x: 1 }')).toBeUndefined();
    expect(by('{ k: "a" } | { k: "b" } | Record<string, number>')).toBeUndefined();
  });

  it("reaches across unions that have names", () => {
    expect(by('Shape | { kind: "line" }', `${shapes} type Shape = Circle | Square;`)).toBe("kind");
  });
});

describe("a tag travels", () => {
  it.each([
    "string[] | number[]",
    "string[] | Set<string>",
    "Map<string, number> | [string, number][]",
    "[1, 2] | [3]",
    "Uint8Array | Float32Array",
    "number | bigint",
    "bigint | Uint8Array",
    "bigint | Float64Array | null",
    "{ a: bigint; b: 1 } | { a: Uint8Array; c: 2 }",
    "0 | 1n",
    "{ a: string[] } | { a: Set<string> }",
    "{ a: number; b: 1 } | { a: bigint; c: 2 }",
    "Record<string, string[]> | { x: Set<string> }",
    "Map<string, number>[] | null | Set<1>",
  ])("with %s", (type) => {
    expect(isTagged(type)).toBe(true);
  });

  it.each([
    "string | number | boolean | null | undefined | Date | Uint8Array | string[] | { a: 1 }",
    "{ a: string } | { b: number }",
    "{ a: string } | Record<string, number>",
    "{ a: string[] } | { a: number[] }",
    '{ k: "a"; v: Set<string> } | { k: "b"; v: string[] }',
    '{ v: Set<string>; k: "a" } | { v: string[]; k: "b"; z: 1 } | undefined',
    '{ k: "a" | "b"; v: Set<string> } | { k: 1; v: string[] }',
    "1 | 2 | 3",
  ])("but not with %s", (type) => {
    expect(isTagged(type)).toBe(false);
  });

  it("if the difference is within named and recursive types", () => {
    const types =
      "interface A { next?: A; v: Set<string> } interface B { next?: B; v: string[] } interface C { next?: C; v: string[]; w: 1 }";
    expect(isTagged("A | B", types)).toBe(true);
    expect(isTagged("B | C", types)).toBe(false);
  });
});

describe("what travels follows from the structure alone", () => {
  const same = (left: [string, string?], right: [string, string?]) => {
    const members = ([type, declarations]: [string, string?]) =>
      /["'], (\[.*\]), \{ tagged: true/.exec(shapeOf(type, declarations))![1];
    expect(members(left)).toBe(members(right));
  };

  it("in any order of the source", () => {
    const item = "interface A { a: string[] }";
    const other = "interface B { a: Set<string> }";
    same(["A | B", `${item}\n${other}`], ["B | A", `${other}\n${item}`]);
    same(['1n | "a" | 1 | "b"'], ['"b" | 1 | 1n | "a"']);
  });

  it("with or without names", () => {
    same(["Lists | null", "type Lists = string[] | number[];"], ["string[] | number[] | null"]);
    same(["A | B | null", "type A = 1 | 'x'; type B = 1n | 2n;"], ["2n | 1n | 'x' | 1 | null"]);
  });
});
