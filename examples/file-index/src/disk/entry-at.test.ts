import { rename, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tempTree } from "../test-support/temp-tree.js";
import { entryAt, fileAt, pathOnDisk } from "./entry-at.js";
import { walkTree } from "./walk-tree.js";

const withCode = (code: string) => expect.objectContaining({ name: "RpcError", code });

describe("entryAt", () => {
  const treeOf = async () => walkTree(await tempTree({ "a/b.txt": "b", "..dots/c.txt": "c" }));

  test.each(["a/b.txt", "./a/b.txt", "a//b.txt", "a/../a/b.txt", "x/../a/b.txt"])(
    "finds %j",
    async (path) => {
      expect(entryAt(await treeOf(), path)).toMatchObject({ kind: "file", path: "a/b.txt" });
    },
  );

  test.each([
    ["a/", "a"],
    [".", "."],
    ["..dots", "..dots"],
  ])("finds the folder %j", async (path, found) => {
    expect(entryAt(await treeOf(), path)).toMatchObject({ kind: "folder", path: found });
  });

  test.each([
    "..",
    "../a/b.txt",
    "a/../../b.txt",
    "..\\..\\secret.txt",
    "a\\..\\..\\secret.txt",
    "/etc/passwd",
    "\\\\host\\share\\file",
    "//host/share/file",
    "C:\\secret.txt",
    "c:secret.txt",
    "\\\\.\\pipe\\name",
  ])("refuses %j", async (path) => {
    const tree = await treeOf();
    expect(() => entryAt(tree, path)).toThrow(withCode("permissionDenied"));
  });

  test.each([
    "no/such/file.txt",
    "a/b.txt/c",
    "a/b.txt:stream",
    "a/B.TXT",
    "a/b.txt\0",
    "CON",
    "constructor",
  ])("does not find %j", async (path) => {
    const tree = await treeOf();
    expect(() => entryAt(tree, path)).toThrow(
      expect.objectContaining({ code: "notFound", details: { path } }),
    );
  });

  test("does not repeat an endless path", async () => {
    const tree = await treeOf();
    expect(() => entryAt(tree, "x".repeat(1_000_000))).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^.{1,300}$/) }),
    );
  });
});

test("a folder is not a file", async () => {
  const tree = await walkTree(await tempTree({ "a/b.txt": "b" }));
  expect(() => fileAt(tree, "a")).toThrow(withCode("failedPrecondition"));
});

test("a link that replaced an indexed folder does not lead outside", async ({ skip }) => {
  const [root, outside] = [await tempTree({ "a/b.txt": "b" }), await tempTree({ "b.txt": "secret" })];
  const tree = await walkTree(root);
  await rename(join(root, "a"), join(root, "old"));
  await symlink(outside, join(root, "a"), "junction").catch(() => skip("no links here"));
  await expect(pathOnDisk(tree, fileAt(tree, "a/b.txt"))).rejects.toThrow(withCode("permissionDenied"));
});
