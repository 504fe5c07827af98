import * as fc from "fast-check";
import { expect, test } from "vitest";
import { msgpackCodec } from "../codec/msgpack-codec.js";
import { guardStructure } from "../codec/structure-guard.js";
import * as rpc from "../stub-v1/index.js";
import { same } from "../testing/conformance/same.js";
import { defaultLimits } from "../transport/limits.js";
import { convertWhole, receiveConversion, sendConversion } from "./conversion.js";
import type { Shape } from "./shape.js";
import { ShapeMismatch } from "./shape-mismatch.js";

/**
 * Converts a value to the wire and back, through the real guard and codec. Returns the mismatch if
 * the value is refused.
 */
function travel(shape: Shape, value: unknown): unknown {
  let plain: unknown;
  try {
    plain = convertWhole(shape, value, sendConversion(defaultLimits.maxNesting));
  } catch (thrown) {
    if (thrown instanceof ShapeMismatch) return thrown;
    throw thrown;
  }
  const { buffer, start, end } = msgpackCodec.encode([plain], 0);
  const checked = guardStructure(new Uint8Array(buffer.subarray(start, end)), defaultLimits);
  const [decoded] = msgpackCodec.decode(checked.bytes, 0) as unknown[];
  return convertWhole(shape, decoded, receiveConversion());
}

/**
 * Well-formed text of lengths around those at which encoders change their method, and with
 * characters in front that they treat specially.
 */
const text = fc
  .tuple(
    fc.constantFrom("", "\ufeff", "\ufeff\ufeff", "\ufffe", "\0"),
    fc.string({ unit: "binary", maxLength: 90 }),
    fc.nat(300),
  )
  .map(([front, middle, tail]) => `${front}${middle}${"x".repeat(tail)}`.toWellFormed());

test("random text arrives as it was sent, as a value and as a key", () => {
  fc.assert(
    fc.property(text, (value) => {
      expect(travel(rpc.string, value)).toBe(value);
      if (value !== "__proto__") expect(travel(rpc.unknown, { [value]: value })).toEqual({ [value]: value });
    }),
    { numRuns: 2_000 },
  );
});

test("any value that is sent as unknown arrives unchanged or is refused", () => {
  const anything = fc.anything({
    key: fc.oneof(text, fc.string()),
    values: [
      text,
      fc.string(),
      fc.double(),
      fc.integer(),
      fc.boolean(),
      fc.bigInt(),
      fc.constant(-0),
      fc.date(),
    ],
    maxDepth: 4,
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: false,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  });
  let arrived = 0;
  fc.assert(
    fc.property(anything, (value) => {
      const back = travel(rpc.unknown, value);
      if (back instanceof ShapeMismatch) return;
      arrived++;
      expect(same(back, value)).toBe(true);
    }),
    { numRuns: 3_000 },
  );
  expect(arrived).toBeGreaterThan(300);
});
