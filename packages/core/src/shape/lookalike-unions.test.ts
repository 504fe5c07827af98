import { expect, test } from "vitest";
import { RpcError } from "../errors/rpc-error.js";
import * as rpc from "../stub-v1/index.js";
import type { Shape } from "./shape.js";
import { resetWrongGuesses } from "./union-shape.js";

const nesting = 64;

test("a member that is a part of another takes nothing away from it", () => {
  const small = rpc.object("A", { id: rpc.string });
  const large = rpc.object("B", { id: rpc.string, name: rpc.string });
  const either = rpc.union("A | B", [small, large]);
  for (const value of [{ id: "1" }, { id: "1", name: "n" }]) {
    expect(either.convert(value, true, nesting)).toEqual(value);
    expect(either.convert(value, false, nesting)).toEqual(value);
  }
});

test("a member of optional properties only does not swallow another", () => {
  const either = rpc.union("A | B", [
    rpc.object("A", { a: rpc.optional(rpc.string) }),
    rpc.object("B", { b: rpc.number }),
  ]);
  for (const value of [{ b: 4 }, { a: "x" }, {}]) expect(either.convert(value, true, nesting)).toEqual(value);
});

test("members that differ only deep inside are still told apart", () => {
  const either = rpc.union("A | B", [
    rpc.object("A", { in: rpc.object("X", { x: rpc.number }) }),
    rpc.object("B", { in: rpc.object("Y", { y: rpc.string }) }),
  ]);
  expect(either.convert({ in: { y: "1" } }, false, nesting)).toEqual({ in: { y: "1" } });
});

test("a recursive union whose members look alike is refused before it takes long", () => {
  const not: Shape = rpc.object("Not", { of: rpc.lazy(() => expression) });
  const call: Shape = rpc.object("Call", { of: rpc.lazy(() => expression), args: rpc.optional(rpc.string) });
  const expression: Shape = rpc.union("Expression", [not, call, rpc.string]);
  let hostile: unknown = 5;
  let honest: unknown = "x";
  for (let i = 0; i < 40; i++) {
    hostile = { of: hostile };
    honest = { of: honest };
  }
  resetWrongGuesses();
  expect(expression.convert(honest, false, nesting)).toEqual(honest);
  expect(() => expression.convert(hostile, false, nesting)).toThrow(RpcError);
  resetWrongGuesses();
  expect(expression.convert(honest, false, nesting)).toEqual(honest);
});

test("what is not declared does not travel, also where a declared property may be undefined and is missing", () => {
  const shape = rpc.object("Row", {
    note: rpc.union("string | undefined", [rpc.string, rpc.undefined]),
    b: rpc.number,
  });
  for (const sending of [true, false]) {
    expect(shape.convert({ b: 1, secret: "s" }, sending, nesting)).toEqual({ b: 1 });
    expect(shape.convert({ b: 1, note: undefined, secret: "s" }, sending, nesting)).toEqual({
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
])("%s is no object of optional properties", (_, value) => {
  expect(() =>
    rpc.object("Options", { a: rpc.optional(rpc.string) }).convert(value, true, nesting),
  ).toThrow();
});
