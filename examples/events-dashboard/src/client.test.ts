import { expect, test } from "vitest";
import { startNode } from "./test-support/start-node.js";
import { watchedFolder } from "./test-support/watched-folder.js";

let servers = 0;

/** A server and two dashboards, each in a process of its own. */
async function startAll() {
  const { folder, write } = await watchedFolder();
  const endpoint = `pipe:monitor-${process.pid}-${servers++}`;
  const startServer = async () => {
    const server = startNode("server.js", [folder, endpoint, "100"]);
    await server.until(`is watched at ${endpoint}`);
    return server;
  };
  const server = await startServer();
  const dashboards = [startNode("client.js", [endpoint]), startNode("client.js", [endpoint])] as const;
  for (const dashboard of dashboards) await dashboard.until("now ");
  return { server, startServer, dashboards, write };
}

/** Returns their lines about files, without the time. */
function files(lines: readonly string[]): string[] {
  return lines
    .filter((line) => line.startsWith("file "))
    .map((line) => line.slice("file   00:00:00 ".length));
}

test("two dashboards receive the same, and a paused one as much as the policy keeps", async () => {
  const {
    dashboards: [quick, slow],
    write,
  } = await startAll();
  await write("a.txt", "a");
  expect(files(await quick.until("a.txt"))).toEqual(["+ a.txt (1 B)"]);
  expect(files(await slow.until("a.txt"))).toEqual(["+ a.txt (1 B)"]);
  expect(await quick.until("load ")).toContainEqual(expect.stringMatching(/cpu \d+ %, .+ free, server /));

  slow.type("p\n");
  await slow.until("paused");
  const heard: string[] = [];
  // Fewer at once than may wait for a dashboard, so that the fast one receives all.
  for (let batch = 0; batch < 5; batch++) {
    await Promise.all(Array.from({ length: 40 }, (_, index) => write(`${batch}-${index}.txt`, "x")));
    for (let count = 0; count < 40; count++) heard.push(...files(await quick.until("file ")));
  }
  expect(new Set(heard).size).toBe(200);

  slow.type("p\n");
  const late = await slow.until(heard.at(-1) ?? "");
  // 32 calls were in flight and 64 waited. The load that arrives is the newest, not each one.
  const dropped = late.findIndex((line) => line.includes("changes were dropped"));
  expect(files(late.slice(0, dropped))).toEqual(heard.slice(0, 32));
  expect(files(late.slice(dropped))).toEqual(heard.slice(-64));
  expect(late[dropped]).toContain(`note   104 changes were dropped`);
});

test("dashboards continue when the server is killed and replaced", async () => {
  const { server, startServer, dashboards, write } = await startAll();
  await write("a.txt", "a");
  for (const dashboard of dashboards) await dashboard.until("+ a.txt");
  await server.kill();
  for (const dashboard of dashboards) await dashboard.until("note   the connection is lost");
  await write("b.txt", "bb");
  await startServer();
  for (const dashboard of dashboards) {
    expect(await dashboard.until("now ")).toContainEqual(
      expect.stringContaining("what happened meanwhile is not known"),
    );
  }
  await write("c.txt", "ccc");
  for (const dashboard of dashboards) {
    expect(files(await dashboard.until("c.txt"))).toEqual(["+ c.txt (3 B)"]);
    expect(await dashboard.end()).toBe(0);
  }
});
