import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { msgpackCodec } from "../codec/msgpack-codec.js";
import { guardStructure } from "../codec/structure-guard.js";
import * as rpc from "../stub-v1/index.js";
import { defaultLimits } from "../transport/limits.js";
import { receiveConversion, sendConversion } from "./conversion.js";
import type { Shape } from "./shape.js";
import { ShapeMismatch } from "./shape-mismatch.js";

const nesting = 64;

/** Converts a value to the wire and back, through the real codec and guard. */
function travel(shape: Shape, value: unknown): unknown {
  const { buffer, start, end } = msgpackCodec.encode(shape.convert(value, sendConversion(nesting)), 0);
  const bytes = new Uint8Array(buffer.subarray(start, end));
  guardStructure(bytes, { ...defaultLimits, maxNesting: nesting });
  return shape.convert(msgpackCodec.decode(bytes, 0), receiveConversion());
}

function mismatch(shape: Shape, value: unknown, sending = true): string {
  try {
    shape.convert(value, sending ? sendConversion(nesting) : receiveConversion());
  } catch (thrown) {
    if (thrown instanceof ShapeMismatch) return thrown.describe();
    throw thrown;
  }
  throw new Error("the value was accepted");
}

const item = rpc.object("Item", { id: rpc.string, price: rpc.number, note: rpc.optional(rpc.string) });

describe("values arrive unchanged", () => {
  const wellFormed = fc.string({ unit: "grapheme" });
  const name = wellFormed.filter((text) => text !== "__proto__");
  const date = fc.date({ noInvalidDate: true });
  const bigint = fc.oneof(fc.bigInt(), fc.bigInt({ min: -(2n ** 300n), max: 2n ** 300n }));
  const number = fc.double();

  const samples: readonly [string, Shape, fc.Arbitrary<unknown>][] = [
    ["string", rpc.string, wellFormed],
    ["number", rpc.number, number],
    ["integer", rpc.number, fc.maxSafeInteger()],
    ["boolean", rpc.boolean, fc.boolean()],
    ["bigint", rpc.bigint, bigint],
    ["Date", rpc.date, date],
    ["bytes", rpc.bytes, fc.uint8Array()],
    ["Float64Array", rpc.typedArray("Float64Array"), fc.float64Array()],
    ["Int16Array", rpc.typedArray("Int16Array"), fc.int16Array()],
    ["array", rpc.array(rpc.number), fc.array(number)],
    [
      "tuple",
      rpc.tuple([rpc.string, rpc.number], { optional: 1 }),
      fc.oneof(fc.tuple(wellFormed), fc.tuple(wellFormed, number)),
    ],
    ["tuple with rest", rpc.tuple([rpc.string], { rest: rpc.date }), fc.tuple(wellFormed, date, date)],
    ["record", rpc.record(rpc.date), fc.dictionary(name, date, { noNullPrototype: true })],
    [
      "map",
      rpc.map(rpc.number, rpc.set(rpc.string)),
      fc
        .array(
          fc.tuple(
            fc.integer(),
            fc.array(wellFormed).map((list) => new Set(list)),
          ),
        )
        .map((list) => new Map(list)),
    ],
    [
      "optional fields",
      item,
      fc.record(
        { id: wellFormed, price: number, note: wellFormed },
        { requiredKeys: ["id", "price"], noNullPrototype: true },
      ),
    ],
    [
      "union",
      rpc.union("u", [rpc.string, rpc.number, rpc.null, rpc.array(rpc.string)]),
      fc.oneof(wellFormed, number, fc.constant(null), fc.array(wellFormed)),
    ],
    [
      "tagged union",
      rpc.union("t", [rpc.number, rpc.bigint, rpc.map(rpc.string, rpc.number), rpc.set(rpc.string)], {
        tagged: true,
      }),
      fc.oneof(
        number,
        bigint,
        fc.array(wellFormed).map((list) => new Set(list)),
      ),
    ],
    [
      "unknown",
      rpc.unknown,
      fc
        .jsonValue()
        .map((value) => JSON.parse(JSON.stringify(value)))
        .filter((value) => !JSON.stringify(value).includes("__proto__")),
    ],
  ];

  test.each(samples)("%s", (_, shape, values) => {
    fc.assert(
      fc.property(values, (value) => {
        expect(travel(shape, value)).toStrictEqual(value);
      }),
      { numRuns: 200 },
    );
  });

  test("values that do not change are not copied", () => {
    const value = { id: "a", price: 1 };
    expect(item.convert(value, sendConversion(nesting))).toBe(value);
    const list = [value];
    expect(rpc.array(item).convert(list, sendConversion(nesting))).toBe(list);
  });

  test("-0 keeps its sign, alone and inside of other values", () => {
    expect(travel(rpc.number, -0)).toBe(-0);
    expect(travel(rpc.literal(0), -0)).toBe(-0);
    expect(travel(rpc.array(rpc.number), [1, -0, 0])).toEqual([1, -0, 0]);
    expect(travel(rpc.unknown, { a: [{ b: -0 }], c: 0 })).toEqual({ a: [{ b: -0 }], c: 0 });
  });
});

describe("an error names the failing place", () => {
  const order = rpc.object("Order", {
    edits: rpc.array(item),
    prices: rpc.map(rpc.string, rpc.number),
    "odd name": rpc.optional(rpc.number),
  });

  test.each([
    [{ edits: [{ id: "a", price: "1" }], prices: new Map() }, "edits[0].price: expected number, got string"],
    [{ edits: {}, prices: new Map() }, "edits: expected array, got object"],
    [{ edits: [] }, "prices: expected Map, got nothing"],
    [{ edits: [], prices: new Map([["a", "b"]]) }, "prices[0].value: expected number, got string"],
    [{ edits: [], prices: new Map(), "odd name": true }, '["odd name"]: expected number, got boolean'],
    [null, "expected Order, got null"],
    [{ edits: [null], prices: new Map() }, "edits[0]: expected Item, got null"],
  ])("%j", (value, message) => {
    expect(mismatch(order, value)).toBe(message);
  });

  test("a literal shows the value that it got, cut", () => {
    const color = rpc.oneOf('"red" | "green"', ["red", "green"]);
    expect(mismatch(color, "blue")).toBe('expected "red" | "green", got "blue"');
    expect(mismatch(color, "x".repeat(1000)).length).toBeLessThan(100);
  });

  test("a tuple of the wrong length names both lengths", () => {
    expect(mismatch(rpc.tuple([rpc.string, rpc.string]), ["a"])).toBe("expected tuple of 2, got 1 items");
  });
});

describe("unions", () => {
  const circle = rpc.object("Circle", { kind: rpc.literal("circle"), radius: rpc.number });
  const square: Shape = rpc.object("Square", { kind: rpc.literal("square"), inside: rpc.lazy(() => figure) });
  const figure: Shape = rpc.union("Figure", [circle, rpc.lazy(() => square)], { by: "kind" });

  test("the discriminant chooses, and errors come from the chosen member", () => {
    const value = { kind: "square", inside: { kind: "circle", radius: 1 } };
    expect(travel(figure, value)).toStrictEqual(value);
    expect(mismatch(figure, { kind: "square", inside: { kind: "circle" } })).toBe(
      "inside.radius: expected number, got nothing",
    );
    expect(mismatch(figure, { kind: "oval" })).toBe('kind: expected "circle" | "square", got "oval"');
    expect(mismatch(figure, {})).toBe('kind: expected "circle" | "square", got nothing');
  });

  test("objects without a discriminant are distinguished by the member that fits", () => {
    const either = rpc.union("A | B", [
      rpc.object("A", { a: rpc.number }),
      rpc.object("B", { b: rpc.string }),
    ]);
    expect(travel(either, { b: "x" })).toStrictEqual({ b: "x" });
    expect(mismatch(either, { c: 1 })).toContain("A | B");
  });

  test("a tagged union rejects a member that does not exist", () => {
    const tagged = rpc.union("Map | Set", [rpc.map(rpc.string, rpc.string), rpc.set(rpc.string)], {
      tagged: true,
    });
    for (const value of [[2, []], [-1, []], ["0", []], [0.5, []], [0], "x"]) {
      expect(() => tagged.convert(value, receiveConversion())).toThrow();
    }
  });
});

describe("hostile values", () => {
  test("inherited members do not count as fields", () => {
    const shape = rpc.object("X", {
      constructor: rpc.optional(rpc.unknown),
      toString: rpc.optional(rpc.string),
    } as never);
    expect(shape.convert({}, receiveConversion())).toStrictEqual({});
  });

  test("what was not declared is dropped on arrival too", () => {
    expect(item.convert({ id: "a", price: 1, admin: true }, receiveConversion())).toStrictEqual({
      id: "a",
      price: 1,
    });
  });

  test("an integer that a double cannot hold is not a number", () => {
    expect(mismatch(rpc.number, 2n ** 60n, false)).toContain("an integer beyond");
  });

  test("bytes that end inside an element are not a typed array", () => {
    expect(mismatch(rpc.typedArray("Float64Array"), new Uint8Array(9), false)).toContain(
      "a multiple of 8 bytes",
    );
  });

  test("an unaligned typed array is copied", () => {
    const bytes = new Uint8Array(new ArrayBuffer(17), 1, 16);
    expect(rpc.typedArray("Float64Array").convert(bytes, receiveConversion())).toStrictEqual(
      new Float64Array(2),
    );
  });

  test("a bigint over the limit is refused in both directions", () => {
    expect(mismatch(rpc.bigint, 1n << 40_000n)).toContain("4096 bytes");
    expect(mismatch(rpc.bigint, new Uint8Array(5000), false)).toContain("bigint");
    expect(mismatch(rpc.bigint, new Uint8Array(0), false)).toContain("bigint");
  });

  test("a cyclic value ends at the nesting limit", () => {
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    expect(mismatch(rpc.unknown, cyclic)).toContain("cyclic");
  });
});

test.each([
  ["Uint8Array", rpc.bytes, Uint8Array],
  ["Float32Array", rpc.typedArray("Float32Array"), Float32Array],
])("a detached %s is refused by optimized code too", async (label, shape, View) => {
  const resizable = new View(new ArrayBuffer(24, { maxByteLength: 48 })); // With it V8 12 read a stale `length`.
  const attached = [new View(0), new View(3), resizable];
  const rounds = 5;
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < 100_000; i++) shape.convert(attached[i % 3], sendConversion(nesting));
    await new Promise((resolve) => setTimeout(resolve, 20)); // Lets V8's compiler thread hand its code over.
    const view = new View(9);
    structuredClone(view.buffer, { transfer: [view.buffer] });
    expect(mismatch(shape, view)).toContain(`expected ${label}, got one whose buffer is detached`);
  }
});

test("the environment of the process is a record, and its own properties travel", () => {
  process.env["CROSSPANE_SHAPES"] = "x";
  try {
    for (const shape of [rpc.record(rpc.string), rpc.unknown])
      expect(travel(shape, process.env)).toEqual({ ...process.env });
  } finally {
    delete process.env["CROSSPANE_SHAPES"];
  }
});

test.each<[string, object]>([
  [
    "an instance of a class",
    new (class Point {
      x = "1";
    })(),
  ],
  [
    "an instance of a class without a name",
    new (class {
      get x() {
        return "1";
      }
    })(),
  ],
  ["an object that inherits properties", Object.create({ x: "1" })],
])("%s is not a record", (_, value) => {
  expect(mismatch(rpc.record(rpc.string), value)).toContain("expected record");
});
