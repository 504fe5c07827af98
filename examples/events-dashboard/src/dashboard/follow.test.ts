import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { connect, serve } from "@crosspane/transports";
import { expect, onTestFinished, test } from "vitest";
import { MachineMonitor } from "../machine-monitor.js";
import { Monitor } from "../monitor.crosspane.js";
import { watchedFolder } from "../test-support/watched-folder.js";
import { follow } from "./follow.js";
import { Pause } from "./pause.js";
import { plainView } from "./plain-view.js";

test("a dashboard whose link breaks receives the missed events, each once", async () => {
  const { folder, write } = await watchedFolder();
  const monitor = await MachineMonitor.start({ folder, loadMs: 60_000 });
  onTestFinished(() => monitor[Symbol.asyncDispose]());
  const endpoint = `memory:${randomUUID()}`;
  const serveMonitor = () => serve(endpoint, [Monitor.implement(monitor)], { onError: () => {} });
  const server = await serveMonitor();
  const connection = await connect(endpoint, { reconnect: { minDelayMs: 1, maxDelayMs: 10 } });
  onTestFinished(() => connection.close());
  const lines: string[] = [];
  await follow(
    connection,
    plainView((line) => lines.push(line)),
    new Pause(),
  );

  await write("a.txt", "a");
  await expect.poll(() => lines.join("\n")).toContain("+ a.txt");
  for (const each of server.connections) each.abort("broken");
  await server.close();
  await write("b.txt", "b");
  // The server has recorded it before the dashboard listens again.
  await expect.poll(() => monitor.overview()).toMatchObject({ fileCount: 2 });
  await rm(join(folder, "a.txt"));
  await expect.poll(() => monitor.overview()).toMatchObject({ fileCount: 1 });
  const next = await serveMonitor();
  onTestFinished(() => next.close());
  await expect.poll(() => lines.join("\n")).toContain("- a.txt");
  await expect.poll(() => lines).toContain("note   goes on after the last change that it has heard");
  const files = lines.filter((line) => line.startsWith("file ")).map((line) => line.slice(16));
  expect(files).toEqual(["+ a.txt (1 B)", "+ b.txt (1 B)", "- a.txt (1 B)"]);
});
