import * as fc from "fast-check";
import { Unpackr } from "msgpackr/unpack";
import { describe, expect, test } from "vitest";
import { Decoder } from "./decoder.js";
import { msgpackCodec } from "./msgpack-codec.js";

function bytesOf(value: unknown): Uint8Array {
  const { buffer, start, end } = msgpackCodec.encode(value, 0);
  return new Uint8Array(buffer.subarray(start, end));
}

const decode = (bytes: readonly number[] | Uint8Array) => msgpackCodec.decode(Uint8Array.from(bytes), 0);
const text = (value: string) => [...new TextEncoder().encode(value)];

describe("the formats of the specification", () => {
  test.each<[string, readonly number[], unknown]>([
    ["positive fixint", [0x7f], 127],
    ["negative fixint", [0xe0], -32],
    ["nil", [0xc0], null],
    ["false", [0xc2], false],
    ["true", [0xc3], true],
    ["uint 8", [0xcc, 0xff], 255],
    ["uint 16", [0xcd, 0xff, 0xfe], 65_534],
    ["uint 32", [0xce, 0xff, 0xff, 0xff, 0xfe], 4_294_967_294],
    ["uint 64 of a small number", [0xcf, 0, 0, 0, 0, 0, 0, 0, 7], 7],
    ["uint 64 of 2^53", [0xcf, 0, 0x20, 0, 0, 0, 0, 0, 0], 2 ** 53],
    ["uint 64 of 2^53 + 1", [0xcf, 0, 0x20, 0, 0, 0, 0, 0, 1], 2n ** 53n + 1n],
    ["uint 64 of 2^64 - 1", [0xcf, ...new Array<number>(8).fill(0xff)], 2n ** 64n - 1n],
    ["int 8", [0xd0, 0x80], -128],
    ["int 16", [0xd1, 0x80, 0x00], -32_768],
    ["int 32", [0xd2, 0x80, 0, 0, 0], -2_147_483_648],
    ["int 64 of -1", [0xd3, ...new Array<number>(8).fill(0xff)], -1],
    ["int 64 of 2^53", [0xd3, 0, 0x20, 0, 0, 0, 0, 0, 0], 2 ** 53],
    ["int 64 of 2^53 + 1", [0xd3, 0, 0x20, 0, 0, 0, 0, 0, 1], 2n ** 53n + 1n],
    ["int 64 of -2^53", [0xd3, 0xff, 0xe0, 0, 0, 0, 0, 0, 0], -(2 ** 53)],
    ["int 64 of -2^53 - 1", [0xd3, 0xff, 0xdf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], -(2n ** 53n) - 1n],
    ["int 64 of -2^63", [0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0], -(2n ** 63n)],
    ["float 32", [0xca, 0x3f, 0xc0, 0, 0], 1.5],
    ["float 64", [0xcb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 1.5],
    ["float 64 of -0", [0xcb, 0x80, 0, 0, 0, 0, 0, 0, 0], -0],
    ["fixstr", [0xa2, ...text("ab")], "ab"],
    ["str 8 of a short text", [0xd9, 1, ...text("a")], "a"],
    ["str 16 of a short text", [0xda, 0, 1, ...text("a")], "a"],
    ["str 32 of a short text", [0xdb, 0, 0, 0, 1, ...text("a")], "a"],
    ["bin 8", [0xc4, 2, 1, 2], Uint8Array.of(1, 2)],
    ["bin 16", [0xc5, 0, 2, 1, 2], Uint8Array.of(1, 2)],
    ["bin 32", [0xc6, 0, 0, 0, 2, 1, 2], Uint8Array.of(1, 2)],
    ["fixarray", [0x92, 1, 0x90], [1, []]],
    ["array 16", [0xdc, 0, 1, 1], [1]],
    ["array 32", [0xdd, 0, 0, 0, 1, 1], [1]],
    ["fixmap", [0x81, 0xa1, ...text("a"), 0x80], { a: {} }],
    ["map 16", [0xde, 0, 1, 0xd9, 1, ...text("a"), 1], { a: 1 }],
    ["map 32", [0xdf, 0, 0, 0, 1, 0xda, 0, 1, ...text("a"), 1], { a: 1 }],
    ["a key of str 32", [0x81, 0xdb, 0, 0, 0, 1, ...text("a"), 1], { a: 1 }],
    ["the extension undefined", [0x92, 0xd4, 0, 0, 1], [undefined, 1]],
    ["timestamp 32", [0xd6, 0xff, 0, 0, 0, 2], new Date(2000)],
    ["timestamp 64", [0xd7, 0xff, 0x77, 0x35, 0x94, 1, 0, 0, 0, 2], new Date(2 ** 32 * 1000 + 2500)],
    [
      "timestamp 96",
      [0xc7, 12, 0xff, 0x1d, 0xcd, 0x65, 0, ...new Array<number>(8).fill(0xff)],
      new Date(-500),
    ],
  ])("%s", (_, bytes, expected) => {
    expect(decode(bytes)).toStrictEqual(expected);
  });

  test("a value that does not end with its bytes throws", () => {
    expect(() => decode([0x01, 0x02])).toThrow("the value ends at 1, its bytes at 2");
    expect(() => decode([0x92, 0x01])).toThrow();
    expect(() => decode([0xc1])).toThrow("byte 0xc1 does not start a value");
  });
});

test("text of every length and kind is decoded as the Encoding Standard decodes it", () => {
  const standard = new TextDecoder("utf-8", { ignoreBOM: true });
  for (const unit of ["a", "é", "世", "😀", "\ufeff"]) {
    for (let length = 0; length < 300; length++) {
      const bytes = new TextEncoder().encode(unit.repeat(length));
      const header = [0xda, bytes.length >> 8, bytes.length & 255];
      expect(decode([...header, ...bytes])).toBe(unit.repeat(length));
    }
  }
  const malformed = fc.uint8Array({ maxLength: 320 });
  fc.assert(
    fc.property(malformed, (bytes) => {
      const header = [0xda, bytes.length >> 8, bytes.length & 255];
      expect(decode([...header, ...bytes])).toBe(standard.decode(bytes));
      expect(Object.keys(decode([0x81, ...header, ...bytes, 0x01]) as object)).toEqual([
        standard.decode(bytes),
      ]);
    }),
    { numRuns: 500 },
  );
});

test("whatever the encoder writes decodes as another library decodes it", () => {
  const other = new Unpackr({ useRecords: false, int64AsType: "auto" as "bigint" });
  const anything = fc.anything({
    maxDepth: 5,
    key: fc.string().filter((key) => key !== "__proto__"),
    values: [
      fc.string({ unit: "binary", maxLength: 80 }),
      fc.double(),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n),
      fc.constantFrom(true, false, null, undefined),
      fc.date({ noInvalidDate: true }),
      fc.uint8Array(),
    ],
  });
  fc.assert(
    fc.property(anything, (value) => {
      const bytes = bytesOf(value);
      expect(decode(bytes)).toStrictEqual(other.unpack(bytes));
    }),
    { numRuns: 500 },
  );
});

test("byte strings are copies, unless the bytes may be shared", () => {
  for (const length of [2, 64, 65, 1000]) {
    const bytes = Uint8Array.from([0xc5, length >> 8, length & 255, ...new Array<number>(length).fill(7)]);
    const copy = new Decoder().decode(bytes, 0, false) as Uint8Array;
    const view = new Decoder().decode(bytes, 0, true) as Uint8Array;
    bytes[3] = 9;
    expect([copy.length, copy[0]]).toEqual([length, 7]);
    expect([view.length, view[0]]).toEqual([length, 9]);
    expect(copy.constructor).toBe(Uint8Array);
  }
});

test("keys that fall on the same place of the table, and keys beyond ASCII, are kept apart", () => {
  const decoder = new Decoder();
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 5_000; i++) {
      const value = { [`key ${i}`]: i, [`é${i}`]: i, [`${i}${"x".repeat(70)}`]: i, "": i };
      expect(decoder.decode(bytesOf(value), 0, false)).toEqual(value);
    }
  }
});
