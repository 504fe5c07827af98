import { describeShape, type Shape } from "@crosspane/core/bridge";
import * as stub from "@crosspane/core/stub-v1";
import { describe, expect, test } from "vitest";
import { jsonFormOf } from "./json-forms.js";
import { JsonMismatch } from "./json-mismatch.js";
import { JsonSchemas } from "./json-schema.js";
import { JsonWalk } from "./json-walk.js";
import { whyNotJson } from "./why-not-json.js";

const item = stub.object("Item", { name: stub.string, sold: stub.optional(stub.date) });
const tree: Shape = stub.object("Tree", { value: stub.bigint, children: stub.array(stub.lazy(() => tree)) });
const circle = stub.object("Circle", { kind: stub.literal("circle"), at: stub.date });
const square = stub.object("Square", { kind: stub.literal("square"), at: stub.string });
const figure = stub.union("Circle | Square", [circle, square], { by: "kind" });

const read = (shape: Shape, json: unknown) => jsonFormOf(shape).read(json, new JsonWalk());
const write = (shape: Shape, value: unknown) => jsonFormOf(shape).write(value, new JsonWalk());
const time = new Date("2026-01-31T12:00:00.000Z");

describe("values travel both ways in their form", () => {
  test.each<[string, Shape, unknown, unknown]>([
    ["string", stub.string, "a", "a"],
    ["number", stub.number, 1.5, 1.5],
    ["NaN", stub.number, Number.NaN, { $number: "NaN" }],
    ["-0", stub.number, -0, { $number: "-0" }],
    ["boolean", stub.boolean, false, false],
    ["null", stub.null, null, null],
    ["bigint", stub.bigint, 12345678901234567890n, "12345678901234567890"],
    ["Date", stub.date, time, "2026-01-31T12:00:00.000Z"],
    ["Uint8Array", stub.bytes, Uint8Array.of(0, 255, 10), "AP8K"],
    ["Float64Array", stub.typedArray("Float64Array"), Float64Array.of(1, 2.5), [1, 2.5]],
    ["BigInt64Array", stub.typedArray("BigInt64Array"), BigInt64Array.of(-1n), ["-1"]],
    ["literals", stub.oneOf("Size", ["s", 1, 5n]), 5n, "5"],
    ["array", stub.array(stub.date), [time], ["2026-01-31T12:00:00.000Z"]],
    ["Set", stub.set(stub.bigint), new Set([1n]), ["1"]],
    ["Map", stub.map(stub.number, item), new Map([[1, { name: "a" }]]), [[1, { name: "a" }]]],
    ["tuple", stub.tuple([stub.string, stub.bigint], { optional: 1 }), ["a", 1n], ["a", "1"]],
    ["record", stub.record(stub.date), { a: time }, { a: "2026-01-31T12:00:00.000Z" }],
    ["object", item, { name: "a", sold: time }, { name: "a", sold: "2026-01-31T12:00:00.000Z" }],
    [
      "recursive",
      tree,
      { value: 1n, children: [{ value: 2n, children: [] }] },
      { value: "1", children: [{ value: "2", children: [] }] },
    ],
    ["Date | number", stub.union("u", [stub.date, stub.number]), time, "2026-01-31T12:00:00.000Z"],
    [
      "Date | string, a date",
      stub.union("u", [stub.string, stub.date]),
      time,
      { $date: "2026-01-31T12:00:00.000Z" },
    ],
    [
      "Date | string, a string",
      stub.union("u", [stub.string, stub.date]),
      "2026-01-31T12:00:00.000Z",
      "2026-01-31T12:00:00.000Z",
    ],
    [
      "Map | Set",
      stub.union("u", [stub.map(stub.string, stub.string), stub.set(stub.string)], { tagged: true }),
      new Set(["a"]),
      { $set: ["a"] },
    ],
    ["null | undefined", stub.union("u", [stub.null, stub.undefined]), undefined, { $undefined: null }],
    ["string | undefined", stub.union("u", [stub.string, stub.undefined]), undefined, null],
    [
      "number | string, Infinity",
      stub.union("u", [stub.number, stub.string]),
      Number.POSITIVE_INFINITY,
      { $number: "Infinity" },
    ],
    [
      "discriminated",
      figure,
      { kind: "circle", at: time },
      { kind: "circle", at: "2026-01-31T12:00:00.000Z" },
    ],
    ["discriminated, the other", figure, { kind: "square", at: "x" }, { kind: "square", at: "x" }],
    [
      "unknown",
      stub.unknown,
      { a: [time, null, 2n ** 60n], b: { $date: 1 } },
      {
        a: [{ $date: "2026-01-31T12:00:00.000Z" }, null, { $bigint: String(2n ** 60n) }],
        b: { $object: { $date: 1 } },
      },
    ],
  ])("%s", (_, shape, value, json) => {
    expect(whyNotJson(shape)).toBeUndefined();
    expect(write(shape, value)).toEqual(json);
    const parsed: unknown = JSON.parse(JSON.stringify(json));
    expect(read(shape, parsed)).toEqual(value);
  });
});

test("a number stands for a bigint if it is exact, and any offset for a time", () => {
  expect(read(stub.bigint, 42)).toBe(42n);
  expect(read(stub.date, "2026-01-31T13:00:00+01:00")).toEqual(time);
});

test("a property that is not declared does not travel, and one named __proto__ does no harm", () => {
  expect(read(item, { name: "a", secret: 1 })).toEqual({ name: "a" });
  const record = read(stub.record(stub.number), JSON.parse('{"__proto__":1}')) as object;
  expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
  expect(Object.keys(record)).toEqual(["__proto__"]);
});

describe("the mismatch names the place", () => {
  test.each<[Shape, unknown, string]>([
    [stub.array(item), [{ name: "a" }, { name: 7 }], "[1].name: expected string, got number"],
    [item, { sold: "now" }, "name: expected a value, got nothing"],
    [item, { name: "a", sold: "now" }, 'sold: expected a time such as "2026-01-31T12:00:00Z", got string'],
    [stub.date, 0, 'expected a time such as "2026-01-31T12:00:00Z", got number'],
    [stub.bytes, "A*==", "expected bytes in base64, got string"],
    [stub.bigint, "1.5", 'expected an integer as text, such as "12345678901234567890", got string'],
    [
      stub.typedArray("Uint16Array"),
      [1, 70_000],
      "[1]: expected a number that Uint16Array can hold, got another one",
    ],
    [stub.tuple([stub.string]), [], "expected a tuple of 1 items, got 0 items"],
    [stub.oneOf("Size", ["s", "m"]), "l", 'expected "s" | "m", got string'],
    [figure, { kind: "circle" }, "expected Circle | Square, got object that fits no member"],
    [stub.record(stub.number), { "a b": "x" }, '["a b"]: expected number, got string'],
    [item, null, "expected Item, got null"],
  ])("%#", (shape, json, message) => {
    let thrown: unknown;
    try {
      read(shape, json);
    } catch (mismatch) {
      thrown = mismatch;
    }
    expect((thrown as JsonMismatch).describe()).toBe(message);
  });
});

test("a value that is too deep is refused before the stack ends", () => {
  const deep: unknown = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
  const nested: Shape = stub.array(stub.lazy(() => nested));
  for (const shape of [nested, stub.unknown]) expect(() => read(shape, deep)).toThrow(JsonMismatch);
});

test("a union whose members look alike does bounded work", () => {
  const member = (name: string): Shape =>
    stub.object(name, {
      left: stub.optional(node),
      right: stub.optional(node),
      [name]: stub.optional(stub.string),
    });
  const node: Shape = stub.lazy(() => stub.union("Node", ["a", "b", "c"].map(member)));
  let json: object = { left: 1 };
  for (let i = 0; i < 40; i++) json = { left: json };
  expect(() => read(node, json)).toThrow(expect.objectContaining({ code: "resourceExhausted" }));
});

describe("refuses what JSON cannot say", () => {
  test.each<[Shape, string, RegExp]>([
    [
      stub.object("A", { done: stub.func("done", [], stub.void) }),
      ".done",
      /a function travels by reference/,
    ],
    [stub.array(stub.subscription), "[]", /an object of Subscription/],
    [stub.stream(stub.string), "", /only as the result of a method/],
    [stub.union("u", [stub.array(stub.date), stub.array(stub.string)]), "", /cannot distinguish/],
    [
      stub.union("u", [stub.object("A", { at: stub.date }), stub.object("B", { at: stub.string })]),
      "",
      /cannot distinguish A and B in u/,
    ],
  ])("%#", (shape, path, reason) => {
    expect(whyNotJson(shape)).toEqual({ path, reason: expect.stringMatching(reason) });
  });

  test("but accepts objects that differ in a property of their own", () => {
    const one = stub.object("A", { at: stub.date, a: stub.string });
    const two = stub.object("B", { at: stub.string });
    const either = stub.union("A | B", [two, one]);
    expect(whyNotJson(either)).toBeUndefined();
    const json = { at: "2026-01-31T12:00:00.000Z", a: "" };
    expect(read(either, json)).toEqual({ at: time, a: "" });
    expect(read(either, { at: json.at })).toEqual({ at: json.at });
  });
});

test("schemas name each type once, also a recursive one", () => {
  const schemas = new JsonSchemas();
  expect(schemas.of(tree)).toEqual({ $ref: "#/components/schemas/Tree" });
  expect(schemas.of(stub.array(stub.lazy(() => tree)))).toEqual({
    type: "array",
    items: { $ref: "#/components/schemas/Tree" },
  });
  expect(schemas.of(stub.object("Tree", {}))).toEqual({ $ref: "#/components/schemas/Tree_2" });
  expect(schemas.of(stub.union("u", [stub.string, stub.date]))).toEqual({
    anyOf: [
      { type: "string" },
      {
        type: "object",
        properties: { $date: { type: "string", format: "date-time" } },
        required: ["$date"],
        additionalProperties: false,
      },
    ],
  });
  expect(schemas.components).toEqual({
    Tree: {
      type: "object",
      properties: {
        value: { type: "string", pattern: "^-?[0-9]+$" },
        children: { type: "array", items: { $ref: "#/components/schemas/Tree" } },
      },
      required: ["value", "children"],
    },
    Tree_2: { type: "object", properties: {} },
  });
  expect(describeShape(tree).kind).toBe("object");
});
