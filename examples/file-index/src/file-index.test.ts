import { randomUUID } from "node:crypto";
import { connect, serve, withOptions } from "@crosspane/transports";
import { expect, onTestFinished, test } from "vitest";
import { DiskFileIndex } from "./disk/disk-file-index.js";
import { type Tree, walkTree } from "./disk/walk-tree.js";
import { FileIndex } from "./file-index.crosspane.js";
import { tempTree } from "./test-support/temp-tree.js";

async function clientOf(tree: Tree): Promise<FileIndex> {
  const endpoint = `memory:${randomUUID()}`;
  const server = await serve(endpoint, [FileIndex.implement(new DiskFileIndex(tree))]);
  onTestFinished(() => server.close());
  const connection = await connect(endpoint);
  onTestFinished(() => connection.close());
  return connection.client(FileIndex);
}

const sampleClient = async () =>
  clientOf(await walkTree(await tempTree({ "a.JS": "let a;", "lib/b.js": "let b = 2;", README: "text" })));

/** One file under so many names that a search of all is stopped before it finishes. */
async function endlessTree(): Promise<Tree> {
  const { root, entries } = await walkTree(await tempTree({ "a.txt": "a" }));
  const file = entries.get("a.txt");
  if (file?.kind !== "file") throw new Error("a.txt is missing");
  const names = Array.from({ length: 200_000 }, (_, number) => `${number}/../a.txt`);
  return { root, entries: new Map(names.map((path) => [path, { ...file, path }])), skipped: 0 };
}

test("totals and extensions", async () => {
  const index = await sampleClient();
  expect(await index.totals()).toMatchObject({ files: 3, folders: 1, links: 0, skipped: 0, bytes: 20n });
  expect(await index.extensions()).toEqual(
    new Map([
      [".js", { files: 2, bytes: 16n }],
      ["", { files: 1, bytes: 4n }],
    ]),
  );
});

test("largest and find", async () => {
  const index = await sampleClient();
  expect((await index.largest(2)).map(({ path }) => path)).toEqual(["lib/b.js", "a.JS"]);
  const found = await index.find("**/*", { minByteCount: 5, modifiedAfter: new Date(0), limit: 1 });
  expect(found).toMatchObject({ count: 2, bytes: 16n, files: [{ path: "a.JS" }] });
  expect(await index.find("**/*", { modifiedAfter: new Date(Date.now() + 60_000) })).toMatchObject({
    count: 0,
  });
});

test("content", async () => {
  const index = await sampleClient();
  expect(Buffer.from(await index.read("lib/b.js", 4, 1)).toString()).toBe("b");
  expect(await index.hash("README")).toMatch(/^982d9e3e/);
  expect(await index.search({ text: "let", files: "lib/**" })).toMatchObject({ lineCount: 1, fileCount: 1 });
});

test.each([
  [(index: FileIndex) => index.entry("missing"), "notFound"],
  [(index: FileIndex) => index.read("../a", 0, 1), "permissionDenied"],
  [(index: FileIndex) => index.hash("lib"), "failedPrecondition"],
  [(index: FileIndex) => index.largest(-1), "outOfRange"],
  [(index: FileIndex) => index.search({ text: "" }), "invalidArgument"],
  [(index: FileIndex) => index.find(""), "invalidArgument"],
])("refuses: %s", async (call, code) => {
  await expect(call(await sampleClient())).rejects.toThrow(expect.objectContaining({ code }));
});

test("a timeout ends the call and the work", async () => {
  const index = await clientOf(await endlessTree());
  await expect(withOptions(index, { timeoutMs: 200 }).search({ text: "b" })).rejects.toThrow(
    expect.objectContaining({ code: "deadlineExceeded" }),
  );
  await expectStopped(index, "deadlineExceeded");
});

test("a signal ends the call and the work", async () => {
  const index = await clientOf(await endlessTree());
  const controller = new AbortController();
  const search = withOptions(index, { signal: controller.signal }).search({ text: "b" });
  expect(await index.searches()).toMatchObject([{ state: "running", progress: { filesToSearch: 200_000 } }]);
  controller.abort();
  await expect(search).rejects.toThrow(expect.objectContaining({ code: "cancelled" }));
  await expectStopped(index, "cancelled");
});

async function expectStopped(index: FileIndex, reason: string): Promise<void> {
  await expect.poll(() => index.searches()).toMatchObject([{ state: "stopped", reason }]);
  const [report] = await index.searches();
  expect(report?.progress.filesSearched).toBeLessThan(200_000);
}
