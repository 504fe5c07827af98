import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as rpc from "../stub-v1/index.js";
import { cpuMs } from "../test-support/cpu-ms.js";
import { maxConversionSteps } from "../transport/limits.js";
import { convertWhole, receiveConversion, sendConversion } from "./conversion.js";
import type { Shape } from "./shape.js";
import { ShapeMismatch } from "./shape-mismatch.js";

const nesting = 64;

test("a member that is a part of another does not hide properties of the other", () => {
  const small = rpc.object("A", { id: rpc.string });
  const large = rpc.object("B", { id: rpc.string, name: rpc.string });
  const either = rpc.union("A | B", [small, large]);
  for (const value of [{ id: "1" }, { id: "1", name: "n" }]) {
    expect(either.convert(value, sendConversion(nesting))).toEqual(value);
    expect(either.convert(value, receiveConversion())).toEqual(value);
  }
});

test("a member with only optional properties does not hide another member", () => {
  const either = rpc.union("A | B", [
    rpc.object("A", { a: rpc.optional(rpc.string) }),
    rpc.object("B", { b: rpc.number }),
  ]);
  for (const value of [{ b: 4 }, { a: "x" }, {}])
    expect(either.convert(value, sendConversion(nesting))).toEqual(value);
});

test("members that differ only in nested values are distinguished", () => {
  const either = rpc.union("A | B", [
    rpc.object("A", { in: rpc.object("X", { x: rpc.number }) }),
    rpc.object("B", { in: rpc.object("Y", { y: rpc.string }) }),
  ]);
  expect(either.convert({ in: { y: "1" } }, receiveConversion())).toEqual({ in: { y: "1" } });
});

describe("a recursive union whose members look alike", () => {
  const not: Shape = rpc.object("Not", { of: rpc.lazy(() => expression) });
  const call: Shape = rpc.object("Call", { of: rpc.lazy(() => expression), args: rpc.optional(rpc.string) });
  const expression: Shape = rpc.union("Expression", [not, call, rpc.string]);
  const chain = (levels: number, end: unknown): unknown =>
    levels === 0 ? end : { of: chain(levels - 1, end) };

  test("takes work in proportion to a value, even if the value fits nowhere", () => {
    const fitting = receiveConversion();
    expect(convertWhole(expression, chain(60, "x"), fitting)).toEqual(chain(60, "x"));
    expect(fitting.steps).toBeLessThan(60 * 200);
    const unfit = receiveConversion();
    expect(() => convertWhole(expression, chain(60, 5), unfit)).toThrow(ShapeMismatch);
    expect(unfit.steps).toBeLessThan(60 * 200);
  });

  test("refuses a value of many items by name before it takes long", () => {
    const many: unknown[] = Array.from({ length: 200_000 }, () => chain(1, 5));
    const all = rpc.union("All", [
      rpc.object("A", { list: rpc.array(expression), a: rpc.number }),
      rpc.object("B", { list: rpc.array(rpc.unknown), b: rpc.optional(rpc.number) }),
    ]);
    const wide = rpc.object("Wide", {
      all: rpc.array(
        rpc.union(
          "Items",
          Array.from({ length: 40 }, () => all),
        ),
      ),
    });
    const value = { all: Array.from({ length: 100 }, () => ({ list: many, a: 1 })) };
    let error: unknown;
    try {
      convertWhole(wide, value, receiveConversion());
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: "resourceExhausted" });
    expect(String(error)).toContain(`maxConversionSteps = ${maxConversionSteps}`);
  });
});

describe("the steps of the largest values", () => {
  const texts = (name: string) => rpc.object(name, { id: rpc.number, [name]: rpc.string });
  const five = rpc.union("Five", ["a", "b", "c", "d", "e"].map(texts));
  const inner = (shape: Shape) => rpc.object("Outer", { in: shape });
  const guessed = rpc.union("Guessed", [
    inner(rpc.object("X", { x: rpc.number })),
    inner(rpc.object("Y", { x: rpc.string })),
  ]);
  const spread = rpc.union("Spread", [
    rpc.object("A", { a: rpc.optional(rpc.string) }),
    rpc.object("B", { b: rpc.optional(rpc.number) }),
  ]);
  const stepsOf = (shape: Shape, item: unknown): number => {
    const conversion = receiveConversion();
    const list = Array.from({ length: 1_000 }, () => item);
    convertWhole(rpc.array(shape), list, conversion);
    return conversion.steps / 1_000;
  };

  // An item of the first list takes about 0.5 µs, of the others 1.5 µs to 3 µs. Fewer
  // steps would let a value take more than 0.1 s, more steps would refuse these lists.
  test.each<[string, Shape, unknown, number, number]>([
    ["100,000 items of five members pass", five, { id: 1, c: "x" }, 100_000, 160_000],
    ["20,000 items that are tried in vain pass", guessed, { in: { x: "x" } }, 20_000, 30_000],
    ["50,000 items with properties of two members pass", spread, { a: "x", b: 1 }, 50_000, 70_000],
  ])("%s", (_, shape, item, passing, refused) => {
    expect(stepsOf(shape, item) * passing).toBeLessThanOrEqual(maxConversionSteps);
    expect(stepsOf(shape, item) * refused).toBeGreaterThan(maxConversionSteps);
  });
});

test("undeclared properties do not travel, even if a property that may be undefined is missing", () => {
  const shape = rpc.object("Row", {
    note: rpc.union("string | undefined", [rpc.string, rpc.undefined]),
    b: rpc.number,
  });
  for (const begin of [() => sendConversion(nesting), receiveConversion]) {
    expect(shape.convert({ b: 1, secret: "s" }, begin())).toEqual({ b: 1 });
    expect(shape.convert({ b: 1, note: undefined, secret: "s" }, begin())).toEqual({
      b: 1,
      note: undefined,
    });
  }
});

test.each<[string, unknown]>([
  ["a promise that was not awaited", Promise.resolve({ a: "x" })],
  ["a Map", new Map()],
  ["a Date", new Date(0)],
  ["bytes", new Uint8Array(1)],
])("%s is not an object of optional properties", (_, value) => {
  expect(() =>
    rpc.object("Options", { a: rpc.optional(rpc.string) }).convert(value, sendConversion(nesting)),
  ).toThrow();
});

describe("a value with properties of several members keeps all of them", () => {
  const a = rpc.object("A", { a: rpc.optional(rpc.string) });
  const b = rpc.object("B", { b: rpc.optional(rpc.number) });
  const both = { a: "x", b: 1 };
  const inner = (shape: Shape) => rpc.object("In", { in: shape });

  test.each<[string, Shape, unknown]>([
    ["optional properties", rpc.union("U", [a, b]), both],
    ["a record", rpc.union("U", [rpc.object("A", { a: rpc.string }), rpc.record(rpc.number)]), both],
    ["a nested union", rpc.union("U", [rpc.union("V", [a, rpc.null]), b]), both],
    [
      "unions within unions",
      rpc.union("U", [rpc.union("V", [a, b]), rpc.object("C", { c: rpc.string })]),
      both,
    ],
    ["objects inside", rpc.union("U", [inner(a), inner(b)]), { in: both }],
    ["lists inside", rpc.union("U", [inner(rpc.array(a)), inner(rpc.array(b))]), { in: [both, both] }],
    [
      "maps inside",
      rpc.union("U", [inner(rpc.map(rpc.string, a)), inner(rpc.map(rpc.string, b))]),
      { in: new Map([["k", both]]) },
    ],
    ["sets inside", rpc.union("U", [inner(rpc.set(a)), inner(rpc.set(b))]), { in: new Set([both]) }],
    ["records", rpc.union("U", [rpc.record(a), inner(b)]), { in: both }],
    ["a list of the union", rpc.array(rpc.union("U", [a, b])), [both, {}, { a: "y" }]],
    [
      "a member that lacks a property",
      rpc.union("U", [a, rpc.object("C", { b: rpc.number, c: rpc.string })]),
      both,
    ],
    [
      "a literal that is a bigint",
      rpc.union("U", [a, rpc.object("B", { v: rpc.literal(5n), b: rpc.number, c: rpc.string })]),
      { ...both, v: 5n },
    ],
    [
      "tags that travel",
      rpc.union(
        "U",
        [
          rpc.object("A", { a: rpc.string, s: rpc.optional(rpc.array(rpc.string)) }),
          rpc.object("B", { b: rpc.number, s: rpc.optional(rpc.set(rpc.string)) }),
        ],
        { tagged: true },
      ),
      { ...both, s: ["z"] },
    ],
  ])("%s", (_, shape, value) => {
    const sent = convertWhole(shape, value, sendConversion(nesting));
    expect(convertWhole(shape, sent, receiveConversion())).toEqual(value);
  });

  test("random values of random members arrive complete, or are refused when they are sent", () => {
    const part = (name: string, value: fc.Arbitrary<unknown>, shape: Shape) => {
      const type = rpc.object("Part", { [name]: rpc.optional(shape) });
      return { shape: type, values: fc.record({ [name]: value }, { noNullPrototype: true }) };
    };
    const texts = fc.array(fc.string(), { maxLength: 2 });
    const kinds = [
      { shape: rpc.string, values: fc.string() },
      { shape: rpc.bigint, values: fc.bigInt(-9n, 9n) },
      { shape: rpc.array(rpc.string), values: texts },
      { shape: rpc.set(rpc.string), values: texts.map((items) => new Set(items)) },
      part("x", fc.string(), rpc.string),
      part("y", fc.integer(), rpc.number),
    ];
    const field = fc.record({ kind: fc.constantFrom(...kinds), optional: fc.boolean() });
    const member = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), field, { minKeys: 1, maxKeys: 3 });
    const drawn = fc.array(member, { minLength: 2, maxLength: 4 }).chain((members) => {
      const values = members.map((fields) => {
        const each = Object.entries(fields).map(([name, { kind }]) => [name, kind.values]);
        return fc.record(Object.fromEntries(each), { requiredKeys: [], noNullPrototype: true });
      });
      return fc.record({ members: fc.constant(members), parts: fc.tuple(...values) });
    });
    let arrived = 0;
    const all = fc.property(drawn, ({ members, parts }) => {
      const shapes = members.map((fields) => {
        const each = Object.entries(fields).map(([name, { kind, optional }]) => [
          name,
          optional ? rpc.optional(kind.shape) : kind.shape,
        ]);
        return rpc.object("M", Object.fromEntries(each));
      });
      const shape = rpc.union("U", shapes, { tagged: true });
      const value: unknown = Object.assign({}, ...parts);
      let sent: unknown;
      try {
        sent = convertWhole(shape, value, sendConversion(nesting));
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(ShapeMismatch);
        return;
      }
      expect(convertWhole(shape, sent, receiveConversion())).toEqual(value);
      arrived++;
    });
    fc.assert(all, { seed: 5, numRuns: 1000 });
    expect(arrived).toBeGreaterThan(700);
  });

  test("except those of a ruled-out member, those of another type, and undeclared ones", () => {
    const shape = rpc.union("U", [
      rpc.object("A", { kind: rpc.optional(rpc.literal("a")), x: rpc.number }),
      rpc.object("B", { kind: rpc.literal("b"), y: rpc.number }),
      rpc.object("C", { x: rpc.number, z: rpc.string }),
    ]);
    const convert = (value: unknown) => convertWhole(shape, value, sendConversion(nesting));
    expect(convert({ kind: "a", x: 1, y: 2 })).toEqual({ kind: "a", x: 1 });
    expect(convert({ kind: "a", x: 1, z: 5, other: 1 })).toEqual({ kind: "a", x: 1 });
    expect(convert({ kind: "a", x: 1, z: "z" })).toEqual({ kind: "a", x: 1, z: "z" });
  });

  test("and is refused when it is sent if the receiver would read another type", () => {
    const shape = rpc.union("U", [
      rpc.object("A", { x: rpc.number }),
      rpc.object("B", { q: rpc.number, p: rpc.set(rpc.string) }),
      rpc.object("C", { q: rpc.number, p: rpc.array(rpc.string) }),
    ]);
    const convert = () => convertWhole(shape, { x: 1, p: ["s"] }, sendConversion(nesting));
    expect(convert).toThrow(
      expect.objectContaining({ path: ["p"], expected: "a property that one other member of U declares" }),
    );
  });

  test.each<[string, Shape, (record: object) => unknown]>([
    [
      "of the value",
      rpc.union("U", [rpc.object("A", { a: rpc.string }), rpc.record(rpc.string)]),
      (record) => ({ a: "a", ...record }),
    ],
    [
      "of a property",
      rpc.union("U", [inner(rpc.object("A", { a: rpc.string })), inner(rpc.record(rpc.string))]),
      (record) => ({ in: { a: "a", ...record } }),
    ],
  ])("and each of 40,000 keys %s is copied once", (_, shape, wrap) => {
    const record = Object.fromEntries(Array.from({ length: 40_000 }, (_, key) => [`key ${key}`, "x"]));
    const value = wrap(record);
    const started = cpuMs();
    const converted = convertWhole(shape, value, receiveConversion());
    // A copy for each key takes many seconds of processor time.
    expect(cpuMs() - started).toBeLessThan(2000);
    expect(converted).toEqual(value);
  });

  test("and is not modified itself", () => {
    const value = { in: both };
    convertWhole(rpc.union("U", [inner(a), inner(b)]), value, sendConversion(nesting));
    expect(value).toEqual({ in: { a: "x", b: 1 } });
  });

  test("even in a list of many items", () => {
    const list = Array.from({ length: 28_000 }, () => both);
    const sent = convertWhole(rpc.array(rpc.union("U", [a, b])), list, sendConversion(nesting)) as unknown[];
    expect(sent).toHaveLength(list.length);
    expect(sent.at(-1)).toEqual(both);
  });

  test("and takes work in proportion to its size, even if members contain unions", () => {
    const left: Shape = rpc.union("L", [
      rpc.object("A", { of: rpc.lazy(() => left), k: rpc.number }),
      rpc.object("B", { of: rpc.lazy(() => right), k: rpc.optional(rpc.string) }),
      rpc.string,
    ]);
    const right: Shape = rpc.union("R", [
      rpc.object("A", { of: rpc.lazy(() => right), k: rpc.number }),
      rpc.object("B", { of: rpc.lazy(() => left), k: rpc.optional(rpc.string) }),
      rpc.string,
    ]);
    const chain = (levels: number): unknown => (levels === 0 ? "end" : { of: chain(levels - 1), k: 1 });
    const conversion = receiveConversion();
    expect(convertWhole(left, chain(60), conversion)).toEqual(chain(60));
    expect(conversion.steps).toBeLessThan(60 * 1000);
  });
});
