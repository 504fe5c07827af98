import { join } from "node:path";
import { connect } from "@crosspane/transports";
import { expect, onTestFinished, test } from "vitest";
import { Ledger } from "./ledger.crosspane.js";
import { runNode, startNode } from "./test-support/run-node.js";
import { tempFolder } from "./test-support/temp-folder.js";

let servers = 0;

/** A server in a process of its own, and a function that runs a client in another one. */
async function startServer() {
  const endpoint = `pipe:ledger-${process.pid}-${servers++}`;
  const server = startNode("server.js", [join(await tempFolder(), "ledger.sqlite"), endpoint]);
  expect(await server.line()).toContain(`is served at ${endpoint}`);
  const client = async (...command: string[]) => {
    const { code, stdout, stderr } = await runNode("client.js", [endpoint, ...command]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  };
  return { endpoint, client };
}

test("a transaction is visible to its client only, and rolled back when that is killed", async () => {
  const { endpoint, client } = await startServer();
  expect(await client("open", "Ada")).toBe("Ada is open.\n");
  await client("open", "Bob", "a friend");
  await client("fill", "Ada", "25", "4");

  const holder = startNode("client.js", [endpoint, "transfer", "Ada", "Bob", "70", "hold"]);
  expect(await holder.line()).toMatch(/^In here Bob has 70;/);
  expect(await client("accounts")).toBe("Ada                   100\nBob                     0  a friend\n");

  const second = startNode("client.js", [endpoint, "transfer", "Ada", "Bob", "1"]);
  await expect.poll(() => client("status")).toContain('"waitingWriters":1');
  await holder.kill();
  expect(await second.line()).toBe("1 went from Ada to Bob.");
  expect(await client("accounts")).toBe("Ada                    99\nBob                     1  a friend\n");
});

test("a held transaction commits on request", async () => {
  const { endpoint, client } = await startServer();
  await client("open", "Ada");
  await client("open", "Bob");
  await client("fill", "Ada", "10", "1");
  const holder = startNode("client.js", [endpoint, "transfer", "Ada", "Bob", "7", "hold"]);
  await holder.line();
  expect(await holder.end()).toBe(0);
  expect(await client("accounts")).toBe("Ada                     3\nBob                     7\n");
});

test("100,000 rows travel both ways, and leaving the stream early closes the query", async () => {
  const { endpoint, client } = await startServer();
  await client("open", "Ada");
  expect(await client("fill", "Ada", "3", "100000")).toBe("100000 entries are booked.\n");

  expect((await client("entries", "10")).trim().split("\n")).toHaveLength(10);
  const connection = await connect(endpoint);
  onTestFinished(() => connection.close());
  const ledger = connection.client(Ledger);
  await expect.poll(() => ledger.status()).toMatchObject({ openQueries: 0 });
  const { entriesRead } = await ledger.status();
  expect(entriesRead).toBeGreaterThanOrEqual(10);
  expect(entriesRead).toBeLessThan(20_000);

  let count = 0;
  let sum = 0n;
  for await (const { amount } of ledger.entries({ account: "Ada" })) {
    count++;
    sum += amount;
  }
  expect({ count, sum }).toEqual({ count: 100_000, sum: 300_000n });
  expect(await ledger.status()).toMatchObject({ openQueries: 0, entriesRead: entriesRead + 100_000 });
});

test("the client prints a violated rule of the database and exits with 1", async () => {
  const { endpoint, client } = await startServer();
  await client("open", "Ada");
  await client("open", "Bob");
  expect(await runNode("client.js", [endpoint, "transfer", "Ada", "Bob", "5"])).toMatchObject({
    code: 1,
    stderr: "The database refuses that: the rule no_overdraft (check) forbids it.\n",
  });
  expect(await client("accounts")).toMatch(/^Ada +0\nBob +0\n$/);
  expect((await runNode("client.js", [endpoint, "dance"])).stderr).toMatch(/^usage: /);
});
