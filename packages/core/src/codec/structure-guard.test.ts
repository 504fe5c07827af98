import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RpcError } from "../errors/rpc-error.js";
import { cpuMs } from "../test-support/cpu-ms.js";
import { msgpackCodec } from "./msgpack-codec.js";
import { guardStructure } from "./structure-guard.js";

const limits = { maxNesting: 64, maxElements: 1_000_000 };

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

describe("what decoders have choked on", () => {
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

  test("__proto__ as a key, wherever it stands", () => {
    const key = [0xa9, ...new TextEncoder().encode("__proto__")];
    expect(verdict([0x81, ...key, 0x01])).toBe("internal");
    expect(verdict([0x91, 0x82, 0xa1, 0x61, 0x01, 0xd9, 9, ...key.slice(1), 0x01])).toBe("internal");
    expect(verdict(key)).toBe("ok");
  });
});

test("whatever the encoder writes passes", () => {
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

/** What the decoder gives must be data: no function, no class but those that have a form on the wire. */
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
