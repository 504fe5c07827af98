import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { tempFolder } from "./test-support/temp-folder.js";

test("two clients of a worker thread share a notebook, which outlives them", async () => {
  const file = join(await tempFolder(), "notes.jsonl");
  const program = fileURLToPath(new URL("../dist/without-electron.js", import.meta.url));
  const run = async (...note: string[]) =>
    (await promisify(execFile)(process.execPath, [program, file, ...note])).stdout;
  expect(await run("buy milk")).toBe(
    "The second window shows 0 notes\nThe second window shows 1 notes, first: buy milk\n",
  );
  expect(await run()).toBe("The second window shows 1 notes, first: buy milk\n");
});
