import { expect, test } from "vitest";
import { questions } from "../questions/questions.js";
import { runNode } from "../test-support/run-node.js";
import { tempTree } from "../test-support/temp-tree.js";
import { parseReady } from "./ready-line.js";

/** The built one, because it starts its neighbours. */
const { startClient, startServer }: typeof import("./start-process.js") = await import(
  new URL("../../dist/processes/start-process.js", import.meta.url).href
);

test("a server ends in order when its standard input ends", async () => {
  const root = await tempTree({ "a.txt": "a" });
  const { code, stdout, stderr } = await runNode("server.js", [root, "tcp://127.0.0.1:0"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const [ready = "", reason] = stdout.split(/\r?\n/);
  expect(reason).toBe("stopped by the end of standard input");
  expect(parseReady(ready)).toEqual({
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

test("a client that fails, and one that is killed", async () => {
  const server = startServer(await tempTree({ "a.txt": "a" }), ["tcp://127.0.0.1:0"]);
  const client = startClient((await server.ready()).endpoints[0] ?? "");
  expect(await client.outcomes()).toHaveLength(Object.keys(questions).length);
  client.kill();
  await expect(client.speed()).rejects.toThrow(/^the client at tcp:.* ended with (SIGKILL|1)$/);
  await server.stop();

  await expect(startClient("nowhere:file-index").outcomes()).rejects.toThrow(/ended with 1$/);
});
