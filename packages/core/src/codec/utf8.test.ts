import * as fc from "fast-check";
import { expect, test } from "vitest";
import { textKind } from "./utf8.js";

const kindOf = (bytes: readonly number[]) => textKind(Uint8Array.from(bytes), 0, bytes.length);

test("text is ASCII, well-formed or malformed as the runtime's decoder finds it", () => {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  // Bytes near the bounds of the format come together more often than at random.
  const byte = fc.oneof(
    fc.nat(255),
    fc.constantFrom(
      0x7f,
      0x80,
      0x8f,
      0x90,
      0x9f,
      0xa0,
      0xbf,
      0xc1,
      0xc2,
      0xdf,
      0xe0,
      0xed,
      0xef,
      0xf0,
      0xf4,
      0xf5,
    ),
  );
  const text = fc.string({ unit: "binary" }).map((value) => [...new TextEncoder().encode(value)]);
  fc.assert(
    fc.property(fc.oneof(fc.array(byte, { maxLength: 8 }), text), (bytes) => {
      let expected = bytes.every((one) => one < 0x80) ? "ascii" : "utf8";
      try {
        decoder.decode(Uint8Array.from(bytes));
      } catch {
        expected = "malformed";
      }
      expect(kindOf(bytes)).toBe(expected);
    }),
    { numRuns: 5_000 },
  );
}, 60_000);

test("a character that continues behind the end of the text is malformed", () => {
  const euro = Uint8Array.of(0xe2, 0x82, 0xac);
  for (const end of [1, 2]) expect(textKind(euro, 0, end)).toBe("malformed");
  expect(textKind(euro, 0, 3)).toBe("utf8");
});
