import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempTree } from "../test-support/temp-tree.js";
import { walkTree } from "./walk-tree.js";

test("lists files and folders by path, with forward slashes", async () => {
  const root = await tempTree({ "b.txt": "bb", "a/c/d.txt": "", "a/.hidden": "123" });
  const { entries, skipped } = await walkTree(root);
  expect([...entries.values()]).toEqual([
    { kind: "folder", path: ".", nameCount: 2 },
    { kind: "folder", path: "a", nameCount: 2 },
    { kind: "file", path: "a/.hidden", byteCount: 3, modified: expect.any(Date) },
    { kind: "folder", path: "a/c", nameCount: 1 },
    { kind: "file", path: "a/c/d.txt", byteCount: 0, modified: expect.any(Date) },
    { kind: "file", path: "b.txt", byteCount: 2, modified: expect.any(Date) },
  ]);
  expect(skipped).toBe(0);
});

test("ends at a link to a folder above it", async ({ skip }) => {
  const root = await tempTree({ "a/file.txt": "x" });
  // Windows allows links to administrators and developers only, but junctions to all users.
  await symlink(root, join(root, "a", "up"), "junction").catch(() => skip("no links here"));
  const { entries } = await walkTree(root);
  expect([...entries.keys()]).toEqual([".", "a", "a/file.txt", "a/up"]);
  expect(entries.get("a/up")).toEqual({ kind: "link", path: "a/up" });
});

test("rejects for a missing folder", async () => {
  await expect(walkTree(join(await tempTree({}), "missing"))).rejects.toThrow("ENOENT");
});
