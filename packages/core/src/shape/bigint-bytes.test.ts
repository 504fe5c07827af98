import { expect, test } from "vitest";
import { bigintFromBytes, bigintToBytes, maxBigintBytes } from "./bigint-bytes.js";

test.each<[bigint, number]>([
  [0n, 1],
  [127n, 1],
  [128n, 2],
  [-128n, 1],
  [-129n, 2],
  [2n ** 70n, 9],
  [2n ** 71n - 1n, 9],
  [2n ** 71n, 10],
  [-(2n ** 71n), 9],
  [2n ** BigInt(maxBigintBytes * 8 - 1) - 1n, maxBigintBytes],
])("%d takes the fewest bytes", (value, length) => {
  const bytes = bigintToBytes(value);
  expect(bytes?.length).toBe(length);
  expect(bigintFromBytes(bytes as Uint8Array)).toBe(value);
});

test("an integer that needs one byte more than the limit is refused", () => {
  expect(bigintToBytes(2n ** BigInt(maxBigintBytes * 8 - 1))).toBeUndefined();
});
