import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Hwnd } from "../win32/types.js";
import {
  encodeChunk,
  encodeIntroduction,
  encodeRefusal,
  maxPayloadBytes,
  parseChunk,
  parseIntroduction,
  parseRefusal,
} from "./chunk.js";
import {
  header,
  headerBytes,
  introduction,
  introductionBytes,
  keyBytes,
  kinds,
  magic,
  refusal,
  results,
} from "./copy-data-layout.js";
import { maxChunkBytes } from "./copy-data-limits.js";
import { mutexName, windowTitle } from "./window-names.js";

const key = Buffer.from("00112233445566778899aabbccddeeff", "hex");

describe("a chunk", () => {
  test("decodes to what was encoded", () => {
    const bytes = encodeChunk(kinds.data, { key, sequence: 0xffff_fffe }, 3);
    bytes.set([1, 2, 3], headerBytes);
    expect(parseChunk(bytes)).toEqual({
      key: key.toString("hex"),
      sequence: 0xffff_fffe,
      kind: kinds.data,
      payload: Buffer.of(1, 2, 3),
    });
  });

  test("of an introduction carries window and key", () => {
    const from = { window: 0x1234 as Hwnd, key };
    const open = parseChunk(encodeIntroduction(from));
    expect(open).toMatchObject({ kind: kinds.open, key: "0".repeat(32), sequence: 0 });
    expect(parseIntroduction(open?.payload as Buffer)).toEqual(from);
    expect(parseChunk(encodeIntroduction(from, key))).toMatchObject({
      kind: kinds.accept,
      key: key.toString("hex"),
    });
  });

  test("of a refusal carries code and text, cut to the limit", () => {
    const chunk = parseChunk(encodeRefusal(7, "x".repeat(5_000), key));
    expect(parseRefusal(chunk?.payload as Buffer)).toEqual({ code: 7, text: "x".repeat(512) });
  });

  test.each([0n, 0x1_0000_0000n, 2n ** 64n - 1n])("that names the invalid window %d is refused", (window) => {
    const payload = Buffer.alloc(introductionBytes);
    payload.writeBigUInt64LE(window);
    expect(parseIntroduction(payload)).toBeUndefined();
  });

  test("is refused at every length that its kind does not have", () => {
    for (const [kind, right] of [
      [kinds.open, introductionBytes],
      [kinds.accept, introductionBytes],
      [kinds.close, 0],
      [kinds.ready, 0],
    ] as const) {
      for (let bytes = 0; bytes < 64; bytes++) {
        const parsed = parseChunk(encodeChunk(kind, { key, sequence: 0 }, bytes));
        expect(parsed !== undefined).toBe(bytes === right);
      }
    }
    expect(parseChunk(encodeChunk(kinds.data, { key, sequence: 0 }, maxPayloadBytes))).toBeDefined();
    expect(parseChunk(encodeChunk(kinds.data, { key, sequence: 0 }, maxPayloadBytes + 1))).toBeUndefined();
  });

  test("of random bytes is parsed or refused, and never read beyond its end", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const chunk = parseChunk(Buffer.from(bytes));
        if (chunk !== undefined) expect(chunk.payload.length).toBe(bytes.length - headerBytes);
      }),
      { numRuns: 20_000 },
    );
  });

  test("with a flipped bit in its header is a different chunk or is refused", () => {
    const bytes = encodeChunk(kinds.close, { key, sequence: 5 }, 0);
    const original = parseChunk(bytes);
    for (let bit = 0; bit < headerBytes * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(parseChunk(flipped)).not.toEqual(original);
    }
  });
});

test("docs/wire-protocol.md documents the bytes that are sent", () => {
  const page = readFileSync(new URL("../../../../docs/wire-protocol.md", import.meta.url), "utf8");
  const section = page.slice(page.indexOf("## WM_COPYDATA"), page.indexOf("## Messages"));
  const rows = [...section.matchAll(/^\| (.+) \|$/gm)].map(([, row]) => (row as string).split(" | "));
  const numbers = (column: string) =>
    Object.fromEntries(
      rows.flatMap(([number = "", name = ""]) =>
        /^\d+$/.test(number) && name.startsWith(column) ? [[name.slice(column.length), Number(number)]] : [],
      ),
    );
  expect(numbers("header: ")).toEqual(header);
  expect(numbers("kind: ")).toEqual(kinds);
  expect(numbers("result: ")).toEqual(results);
  expect(numbers("introduction: ")).toEqual(introduction);
  expect(numbers("refusal: ")).toEqual(refusal);
  expect(section).toContain(`0x${magic.toString(16)}`);
  expect(section).toContain(`${headerBytes} bytes`);
  expect(section).toContain(`${keyBytes} bytes`);
  expect(section).toContain(maxChunkBytes.toLocaleString("en"));
  expect(section).toContain(windowTitle("NAME").replace("name", "NAME"));
  expect(section).toContain(mutexName("NAME").replace("name", "NAME"));
});
