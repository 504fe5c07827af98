import { join } from "node:path";
import { expect, test } from "vitest";
import { runNode } from "./test-support/run-node.js";
import { tempTree } from "./test-support/temp-tree.js";
import { transports } from "./transports.js";

test("the processes agree on a small tree", async () => {
  const root = await tempTree({
    "package.json": '{\n  "license": "MIT"\n}\n',
    "sub folder/package.json": "{}",
    "sub folder/grüße.txt": "one\ntwo\n",
    "empty/.keep": "",
  });
  const { code, stdout, stderr } = await runNode("main.js", [root]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/│ Totals +│ 4 files, 2 folders, 0 links +│ agrees │(?: +\d+\.\d ms │)+\n/);
  expect(stdout).toMatch(/│ Find \*\*\/package.json +│ 2 files, 25 bytes +│ agrees │/);
  expect(stdout).toMatch(/│ A wrong path +│ notFound /);
  expect(stdout).toMatch(new RegExp(` ${transports.map((transport) => `${transport} │`).join(" +")}`));
  const each = (pattern: string) => `(?: +${pattern} │){${transports.length}}`;
  expect(stdout).toMatch(
    new RegExp(`│ entry\\("\\."\\) +│ one at a time, median +│ +│${each("[\\d.]+ µs")}`),
  );
  expect(stdout).toMatch(new RegExp(`│ 64 at a time, calls a second +│ +│${each("[\\d.]+ k/s")}`));
  expect(stdout).toContain("All answers are right.");
  expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(120);
});

test("an empty folder gives answers too", async () => {
  const { code, stdout } = await runNode("main.js", [await tempTree({})]);
  expect(stdout).toContain("0 files, 0 folders, 0 links");
  expect(code).toBe(0);
});

test("a missing folder gives one line and exit code 1", async () => {
  const missing = join(await tempTree({}), "missing");
  const { code, stdout, stderr } = await runNode("main.js", [missing]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("ENOENT");
});
