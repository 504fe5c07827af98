import { expect, test } from "vitest";
import type { TextQuery } from "../file-index.service.js";
import { tempTree } from "../test-support/temp-tree.js";
import { searchText } from "./search-text.js";
import { TreeIndex } from "./tree-index.js";
import { walkTree } from "./walk-tree.js";

async function search(root: string, query: TextQuery, limit = 10) {
  const tree = await walkTree(root);
  const options = { limit, signal: new AbortController().signal, onFile: () => {} };
  return await searchText({ tree, files: new TreeIndex(tree).files }, query, options);
}

test("finds lines by path and number", async () => {
  const root = await tempTree({ "b.txt": "one\r\ntwo needle\r\nthree", "a.txt": "needle\nneedle needle\n" });
  expect(await search(root, { text: "needle" })).toEqual({
    lineCount: 3,
    fileCount: 2,
    hits: [
      { path: "a.txt", lineNumber: 1, line: "needle" },
      { path: "a.txt", lineNumber: 2, line: "needle needle" },
      { path: "b.txt", lineNumber: 2, line: "two needle" },
    ],
  });
});

test("returns no more than the limit, and counts all", async () => {
  const files = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`${n + 10}.txt`, "x\n".repeat(5)]));
  const { lineCount, hits } = await search(await tempTree(files), { text: "x" }, 2);
  expect(lineCount).toBe(150);
  expect(hits).toEqual([
    { path: "10.txt", lineNumber: 1, line: "x" },
    { path: "10.txt", lineNumber: 2, line: "x" },
  ]);
});

test("ignores case when asked to, beyond ASCII too", async () => {
  const root = await tempTree({ "a.txt": "GRÜSSE" });
  expect((await search(root, { text: "grüsse", ignoreCase: true })).lineCount).toBe(1);
  expect((await search(root, { text: "grüsse" })).lineCount).toBe(0);
});

test("skips binary files", async () => {
  const root = await tempTree({ "a.bin": "needle\0", "large.bin": `\0${"needle".repeat(100_000)}` });
  expect((await search(root, { text: "needle" })).fileCount).toBe(0);
});

test("reads large text files whole and cuts long lines", async () => {
  const root = await tempTree({ "large.txt": `${"x".repeat(600_000)}needle` });
  const { hits } = await search(root, { text: "needle" });
  expect(hits).toEqual([{ path: "large.txt", lineNumber: 1, line: `${"x".repeat(199)}…` }]);
});

test("starts no file after its signal", async () => {
  const tree = await walkTree(await tempTree({ "a.txt": "a" }));
  const [file] = new TreeIndex(tree).files;
  const controller = new AbortController();
  let searched = 0;
  const searching = searchText(
    { tree, files: Array(10_000).fill(file) },
    { text: "b" },
    {
      limit: 1,
      signal: controller.signal,
      onFile: () => {
        searched += 1;
        if (searched === 100) controller.abort(new Error("enough"));
      },
    },
  );
  await expect(searching).rejects.toThrow("enough");
  expect(searched).toBeLessThan(100 + 16);
});
