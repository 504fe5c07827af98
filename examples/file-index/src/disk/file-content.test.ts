import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tempTree } from "../test-support/temp-tree.js";
import { hashFile, readSlice, readText } from "./file-content.js";

const fileWith = async (content: string | Uint8Array) => join(await tempTree({ file: content }), "file");

describe("readSlice", () => {
  test.each([
    [0, 4, "0123"],
    [8, 4, "89"],
    [10, 4, ""],
    [3, 0, ""],
  ])("from %i, %i bytes", async (offset, byteCount, expected) => {
    const slice = await readSlice(await fileWith("0123456789"), offset, byteCount);
    expect(Buffer.from(slice).toString()).toBe(expected);
  });

  test.each([
    [11, 1],
    [-1, 1],
    [0.5, 1],
    [0, Number.NaN],
    [0, 4 * 1024 * 1024 + 1],
  ])("refuses from %d, %d bytes", async (offset, byteCount) => {
    await expect(readSlice(await fileWith("0123456789"), offset, byteCount)).rejects.toThrow(
      expect.objectContaining({ code: "outOfRange" }),
    );
  });
});

test("hashFile gives the SHA-256 that is known for abc", async () => {
  expect(await hashFile(await fileWith("abc"), new AbortController().signal)).toBe(
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

test("hashFile stops with its signal", async () => {
  await expect(hashFile(await fileWith("abc"), AbortSignal.abort())).rejects.toThrow("aborted");
});

test("readText reads a file that has become shorter up to its end", async () => {
  expect((await readText(await fileWith("short"), 100))?.toString()).toBe("short");
});
