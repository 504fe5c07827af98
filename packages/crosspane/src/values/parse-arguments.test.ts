import { expect, test } from "vitest";
import { Shop } from "../test-support/shop.crosspane.js";
import { parseArguments } from "./parse-arguments.js";

function parse(name: string, ...texts: readonly string[]): readonly unknown[] {
  const method = Shop.definition.methods.find((each) => each.name === name);
  if (method === undefined) throw new Error(`there is no method ${name}`);
  return parseArguments(`Shop.${name}`, method, texts);
}

test("a string needs no quotes, also if it looks like another value", () => {
  expect(
    ["world", "5", "null", "[INFO] started", '"quoted"', "'single'"].flatMap((text) => parse("greet", text)),
  ).toEqual(["world", "5", "null", "[INFO] started", "quoted", "single"]);
});

test("other arguments are JSON5 with the notation", () => {
  expect(parse("greet", "world", "2")).toEqual(["world", 2]);
  expect(parse("sum", "1", "0x10", "-Infinity")).toEqual([1, 16, Number.NEGATIVE_INFINITY]);
  expect(parse("mirror", "{ big: { $bigint: '12' }, // comment\n }")).toEqual([{ big: 12n }]);
});

test("mistakes name the method and the parameter", () => {
  expect(() => parse("hang", "1")).toThrow("Shop.hang takes no arguments, and 1 were given");
  expect(() => parse("greet", "a", "1", "2")).toThrow("Shop.greet takes at most 2 (name, times), and 3");
  expect(() => parse("mirror", "{ big: ")).toThrow("Shop.mirror: values is not JSON5: JSON5: invalid end");
  expect(() => parse("mirror", "{ date: { $date: 'noon' } }")).toThrow("Shop.mirror: values: $date must be");
});
