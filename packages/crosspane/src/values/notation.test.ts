import fc from "fast-check";
import { expect, test } from "vitest";
import { fromNotation, toNotation } from "./notation.js";

const leaf = fc.oneof(
  fc.string(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.constant(undefined),
  fc.bigInt(),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
);
const key = fc.oneof(fc.string(), fc.constantFrom("$date", "$map", "$object", "$bytes"));
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(fc.string(), tie("value")), { maxLength: 3 }).map((pairs) => new Map(pairs)),
    fc.array(leaf, { maxLength: 3 }).map((items) => new Set(items)),
    fc.dictionary(key, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

test("every value is the same after it was printed and read", () => {
  fc.assert(
    fc.property(value, (original) => {
      const printed = JSON.stringify(toNotation(original));
      expect(fromNotation(JSON.parse(printed))).toEqual(original);
    }),
  );
});

test("a reference is printed by its kind", () => {
  class OrderClient {}
  expect(toNotation([() => {}, new OrderClient(), (async function* () {})()])).toEqual([
    { $reference: "function" },
    { $reference: "OrderClient" },
    { $reference: "stream" },
  ]);
});

test.each<[unknown, string]>([
  [{ $date: "noon" }, "$date must be a time"],
  [{ $date: {} }, "$date must be a time"],
  [{ $bigint: "1.5" }, "$bigint must be an integer as text"],
  [{ $bigint: 2 ** 60 }, "$bigint must be an integer as text"],
  [{ $bytes: 5 }, "$bytes must be text"],
  [{ $bytes: "a b" }, "$bytes must be base64"],
  [{ $bytes: "AAAAA" }, "$bytes must be base64"],
  [{ $number: "many" }, "$number must be"],
  [{ $number: 5 }, "$number must be"],
  [{ $Float64Array: ["1"] }, "$Float64Array must be an array of numbers"],
  [{ $file: "/there/is/none" }, "$file: ENOENT"],
  [{ $map: [["a"]] }, "$map must be an array of [key, value] pairs"],
  [{ $set: {} }, "$set must be an array"],
  [{ $Float64Array: 1 }, "$Float64Array must be an array"],
  [{ $object: [] }, "$object must be an object"],
])("%j is refused", (json, message) => {
  expect(() => fromNotation(json)).toThrow(message);
});

test("an unknown key that begins with $ is an ordinary property", () => {
  expect(fromNotation({ $ref: "#/a" })).toEqual({ $ref: "#/a" });
});
