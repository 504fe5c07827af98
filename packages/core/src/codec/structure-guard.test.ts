import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RpcError } from "../errors/rpc-error.js";
import { cpuMs } from "../test-support/cpu-ms.js";
import { defaultLimits } from "../transport/limits.js";
import { msgpackCodec } from "./msgpack-codec.js";
import { guardStructure } from "./structure-guard.js";

const limits = { maxNesting: 64, maxElements: 1_000_000, maxDecodedBytes: defaultLimits.maxDecodedBytes };

/** 1,000,000 by `CROSSPANE_FUZZ_RUNS`; a short pass otherwise. */
const fuzzRuns = Number(globalThis.process?.env["CROSSPANE_FUZZ_RUNS"] ?? 50_000);

function bytesOf(value: unknown): Uint8Array {
  const { buffer, start, end } = msgpackCodec.encode(value, 0);
  return new Uint8Array(buffer.subarray(start, end));
}

function verdict(bytes: Uint8Array | readonly number[]): string {
  try {
    guardStructure(Uint8Array.from(bytes), limits);
    return "ok";
  } catch (thrown) {
    if (thrown instanceof RpcError) return thrown.code;
    throw thrown;
  }
}

const nested = (levels: number) => [...new Array<number>(levels).fill(0x91), 0xc0];

describe("input that decoders have choked on", () => {
  test.each<[string, readonly number[], string]>([
    ["an array that claims 20 million items", [0xdd, 0x01, 0x31, 0x2d, 0x00], "internal"],
    [
      "24,000 nested arrays that claim 65,535 items",
      new Array(24_000).fill([0xdc, 0xff, 0xff]).flat(),
      "resourceExhausted",
    ],
    ["a million nested arrays", nested(1_000_000), "resourceExhausted"],
    ["nesting one over the limit", nested(67), "resourceExhausted"],
    ["a record definition", [0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 0x01], "internal"],
    ["an error", [0xd4, 0x65, 0x00], "internal"],
    ["a bundle of strings", [0xd6, 0x62, 0, 0, 0, 0], "internal"],
    ["a bigint extension of 16 MiB", [0xc9, 0x01, 0x00, 0x00, 0x00, 0x42], "internal"],
    ["0xc1", [0xc1], "internal"],
    ["nothing", [], "internal"],
    ["a timestamp of 5 bytes", [0xc7, 5, 0xff, 0, 0, 0, 0, 0], "internal"],
    ["a map that is cut off after its key", [0x81, 0xa1, 0x61], "internal"],
    ["an array as a key", [0x81, 0x90, 0x01], "internal"],
    ["two values", [0x01, 0x02], "internal"],
  ])("%s is refused", (_, bytes, expected) => {
    const started = cpuMs();
    expect(verdict(bytes)).toBe(expected);
    // An amplification shows as seconds of processor time.
    expect(cpuMs() - started).toBeLessThan(2000);
  });

  test("more items than the limit", () => {
    const count = limits.maxElements + 1;
    const bytes = new Uint8Array(5 + count);
    bytes.set([0xdd, count >>> 24, (count >>> 16) & 255, (count >>> 8) & 255, count & 255]);
    expect(verdict(bytes)).toBe("resourceExhausted");
  });

  test("the error of each limit names it, its number and a remedy", () => {
    const small = { maxNesting: 2, maxElements: 10, maxDecodedBytes: 1_000 };
    const failure = (bytes: readonly number[]): string => {
      try {
        guardStructure(Uint8Array.from(bytes), small);
        return "";
      } catch (thrown) {
        return String(thrown);
      }
    };
    expect(failure(nested(6))).toMatch(/maxNesting = 2 levels: send it as a list, or raise this limit/);
    expect(failure([0x9b, ...new Array<number>(11).fill(1)])).toMatch(/maxElements = 10 items: send less/);
    expect(failure([0xc5, 0x04, 0x00, ...new Array<number>(1024).fill(1)])).toMatch(
      /maxDecodedBytes = 1000 bytes of memory once it is decoded: send less at once/,
    );
  });

  test("__proto__ as a key, at any place", () => {
    const key = [0xa9, ...new TextEncoder().encode("__proto__")];
    expect(verdict([0x81, ...key, 0x01])).toBe("internal");
    expect(verdict([0x91, 0x82, 0xa1, 0x61, 0x01, 0xd9, 9, ...key.slice(1), 0x01])).toBe("internal");
    expect(verdict(key)).toBe("ok");
  });
});

describe("the memory and the time of a message are estimated before it is decoded", () => {
  const estimate = (value: unknown) =>
    guardStructure(bytesOf(value), { ...limits, maxDecodedBytes: 2 ** 40 }).decodedBytes;
  const many = <T>(count: number, make: (index: number) => T): T[] =>
    Array.from({ length: count }, (_, index) => make(index));
  const { maxDecodedBytes } = limits;

  test.each<[string, () => unknown]>([
    ["a million numbers", () => many(999_000, (i) => i)],
    ["a million fractions", () => many(999_000, (i) => i + 0.5)],
    ["a text of 15 MiB", () => "x".repeat(15 * 2 ** 20)],
    ["a Chinese text of 15 MiB", () => "世".repeat(5 * 2 ** 20)],
    ["15 MiB of bytes", () => new Uint8Array(15 * 2 ** 20)],
    [
      "100,000 records of five fields",
      () => many(90_000, (i) => ({ id: i, a: "abc", b: 1.5, c: true, d: null })),
    ],
    ["100,000 lines of 100 characters", () => many(100_000, (i) => `line ${i}`.padEnd(100, "."))],
    ["40,000 different keys", () => Object.fromEntries(many(40_000, (i) => [`key ${i}`, i]))],
  ])("%s pass", (_, value) => {
    expect(estimate(value())).toBeLessThanOrEqual(maxDecodedBytes);
  });

  test.each<[string, () => unknown]>([
    ["a million empty maps", () => many(990_000, () => ({}))],
    ["a million empty arrays", () => many(990_000, () => [])],
    ["a million dates", () => many(990_000, (i) => new Date(i))],
    ["a million byte strings", () => many(990_000, () => new Uint8Array(1))],
    ["a million bigints", () => many(990_000, () => 2n ** 60n)],
    ["a million short strings", () => many(990_000, (i) => `text ${i}`)],
    ["100,000 different keys", () => Object.fromEntries(many(100_000, (i) => [`key ${i}`, i]))],
    ["100,000 keys that are integers", () => Object.fromEntries(many(100_000, (i) => [i * 7919, i]))],
    ["100,000 maps with a key of their own each", () => many(100_000, (i) => ({ [`key ${i}`]: i }))],
    ["100,000 maps of the same keys in any order", () => many(100_000, shuffledRecord)],
  ])("%s are refused", (_, value) => {
    expect(estimate(value())).toBeGreaterThan(maxDecodedBytes);
  });

  // The numbers are those of values that take 30 ms to 80 ms, the guard included: 3 ns for each
  // byte of a weight is the most. A smaller weight lets a message take longer, a larger one refuses
  // what programs may send today.
  test.each<[string, number, number, (index: number) => unknown]>([
    ["texts of 3 characters", 500_000, 600_000, (i) => String(i % 1000).padEnd(3, "0")],
    ["texts of 8 characters", 400_000, 450_000, (i) => `${i}`.padEnd(8, "x")],
    ["texts of 16 characters", 280_000, 310_000, (i) => `${i}`.padEnd(16, "x")],
    ["texts of 31 characters", 220_000, 240_000, (i) => `${i}`.padEnd(31, "x")],
    ["texts of 33 characters", 220_000, 240_000, (i) => `${i}`.padEnd(33, "x")],
    ["texts of 64 characters", 180_000, 200_000, (i) => `${i}`.padEnd(64, "x")],
    ["texts of 65 characters", 180_000, 200_000, (i) => `${i}`.padEnd(65, "x")],
    ["texts of 5 accented letters", 240_000, 270_000, () => "\u00e9".repeat(5)],
    ["texts of 20 Chinese characters", 60_000, 70_000, () => "\u4e16".repeat(20)],
    ["texts of 30 Chinese characters", 100_000, 130_000, () => "\u4e16".repeat(30)],
    ["records of 1 field", 230_000, 260_000, (i) => recordOf(1, i)],
    ["records of 5 fields", 98_000, 115_000, (i) => recordOf(5, i)],
    ["records of 10 fields", 55_000, 65_000, (i) => recordOf(10, i)],
    ["records of 20 fields", 30_000, 33_000, (i) => recordOf(20, i)],
    ["maps with a key of their own", 36_000, 40_000, (i) => ({ [`key ${i}`]: i })],
    ["maps of the same keys in any order", 9_000, 10_500, shuffledRecord],
    ["dates", 140_000, 160_000, (i) => new Date(i)],
    ["byte strings", 80_000, 95_000, () => new Uint8Array(3)],
    ["64-bit integers", 120_000, 140_000, () => 2n ** 60n],
    ["empty maps", 340_000, 360_000, () => ({})],
    ["empty arrays", 400_000, 430_000, () => []],
  ])("%s: %d pass, %d are refused", (_, passing, refused, make) => {
    const some = 2_000;
    // The second half costs what any further values cost, as their keys are known.
    const each = (estimate(many(2 * some, make)) - estimate(many(some, make))) / some;
    expect(each * passing).toBeLessThanOrEqual(maxDecodedBytes);
    expect(each * refused).toBeGreaterThan(maxDecodedBytes);
  });

  test("16 MiB of malformed text is refused, long or in pieces", () => {
    const text = new Uint8Array(5 + 16_000_000).fill(0xff);
    text.set([0xdb, 0x00, 0xf4, 0x24, 0x00]);
    expect(verdict(text)).toBe("resourceExhausted");
    const piece = [0xd9, 60, ...new Array<number>(60).fill(0xff)];
    const pieces = new Uint8Array(5 + 200_000 * piece.length);
    pieces.set([0xdd, 0x00, 0x03, 0x0d, 0x40]);
    for (let i = 0; i < 200_000; i++) pieces.set(piece, 5 + i * piece.length);
    expect(verdict(pieces)).toBe("resourceExhausted");
  });

  test("keys that a message repeats cost little, whatever message came before", () => {
    const records = many(1_000, (i) => ({ id: i, name: "n" }));
    const one = estimate(records);
    expect(estimate(records)).toBe(one);
    estimate(many(2_000, (i) => ({ [`other ${i}`]: i })));
    expect(estimate(records)).toBe(one);
    expect(one).toBeLessThan(1_000 * 300);
    const shuffled = many(20_000, shuffledRecord);
    const first = estimate(shuffled);
    expect(estimate(shuffled)).toBe(first);
  });
});

function recordOf(fields: number, value: number): Record<string, number> {
  const names = Array.from({ length: fields }, (_, index) => `field ${index}`);
  return Object.fromEntries(names.map((name) => [name, value]));
}

/** Returns a record of eight fields whose order depends on a number. */
function shuffledRecord(seed: number): Record<string, number> {
  const names = [..."abcdefgh"];
  let random = seed;
  for (let i = names.length - 1; i > 0; i--) {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    const j = (random >>> 8) % (i + 1);
    [names[i], names[j]] = [names[j] as string, names[i] as string];
  }
  return Object.fromEntries(names.map((name) => [name, 1]));
}

test("strings that begin with a byte order mark keep it, whatever their length and place", () => {
  const marked = (length: number) => `\ufeff${"a".repeat(length)}`;
  const lengths = [0, 30, 60, 61, 62, 63, 200, 252, 253, 254, 300, 65_532, 65_533, 65_536, 70_000];
  for (const length of lengths) {
    const text = marked(length);
    const value = [text, { [text]: text, b: `\ufeff${text}` }, length, text];
    expect(msgpackCodec.decode(guardStructure(bytesOf(value), limits).bytes, 0)).toEqual(value);
  }
});

test("everything that the encoder writes passes", () => {
  const anything = fc.anything({
    withDate: true,
    withBigInt: false,
    withTypedArray: false,
    maxDepth: 6,
  });
  fc.assert(
    fc.property(anything, (value) => {
      let bytes: Uint8Array;
      try {
        bytes = bytesOf(value);
      } catch {
        return;
      }
      if (JSON.stringify(value)?.includes("__proto__") || hasInvalidDate(value)) return;
      expect(verdict(bytes)).toBe("ok");
    }),
    { numRuns: 500 },
  );
});

test("mutated messages are refused with an RpcError, or decode to plain data", () => {
  const seeds = [
    {
      id: "42",
      tags: ["a", "b"],
      price: 12.5,
      at: new Date(0),
      bytes: new Uint8Array(8),
      n: { deep: [1, [2]] },
    },
    [1, -1, 300, 70_000, 2 ** 40, "text", "x".repeat(300), null, true, undefined, 2n ** 60n],
  ].map(bytesOf);
  fc.assert(
    fc.property(
      fc.constantFrom(...seeds),
      fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 3 }),
      fc.nat(),
      (seed, edits, cut) => {
        const bytes = seed.slice(0, cut % 7 === 0 ? cut % seed.length : seed.length);
        for (const [at, byte] of edits) if (bytes.length > 0) bytes[at % bytes.length] = byte;
        if (verdict(bytes) === "ok") expectPlain(msgpackCodec.decode(bytes, 0));
      },
    ),
    { numRuns: fuzzRuns },
  );
}, 300_000);

test("every flip of up to two bits in a header is refused or harmless", () => {
  const seed = bytesOf([{ a: [1, 2], b: "text" }, new Date(0), undefined]);
  for (let i = 0; i < 64; i++) {
    for (let j = i; j < 64; j++) {
      const bytes = seed.slice();
      for (const bit of [i, j]) bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      if (verdict(bytes) === "ok") expectPlain(msgpackCodec.decode(bytes, 0));
    }
  }
});

/**
 * Asserts that the decoder returned data: no function, and only classes that have a form on the
 * wire.
 */
function expectPlain(value: unknown): void {
  if (typeof value === "function" || typeof value === "symbol") throw new Error(`decoded a ${typeof value}`);
  if (typeof value !== "object" || value === null || value instanceof Date || value instanceof Uint8Array)
    return;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype)
    throw new Error("decoded a class instance");
  for (const item of Object.values(value)) expectPlain(item);
}

function hasInvalidDate(value: unknown): boolean {
  if (value instanceof Date) return Number.isNaN(value.getTime());
  if (value instanceof Map || value instanceof Set) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(hasInvalidDate);
}
