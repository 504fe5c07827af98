import { expect, test } from "vitest";
import { runNode } from "../test-support/run-node.js";
import { tempTree } from "../test-support/temp-tree.js";
import { parseReady } from "./ready-line.js";

test("a server ends in order when its standard input ends", async () => {
  const root = await tempTree({ "a.txt": "a" });
  const { code, stdout, stderr } = await runNode("server.js", [root, "tcp://127.0.0.1:0"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(parseReady(stdout)).toEqual({
    folder: root,
    indexMs: expect.any(Number),
    endpoints: [expect.stringMatching(/^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/)],
  });
});

test("a server that cannot listen says why", async () => {
  const { code, stderr } = await runNode("server.js", [await tempTree({}), "tcp://127.0.0.1:none"]);
  expect(code).toBe(1);
  expect(stderr).toContain("its port is not a number");
});

test("a client that cannot connect says why", async () => {
  const { code, stderr } = await runNode("client.js", ["nowhere:file-index"]);
  expect(code).toBe(1);
  expect(stderr).toContain("its scheme is not known");
});
