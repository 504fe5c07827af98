import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { sourceProgram } from "./test-support/source-program.js";

/**
 * Milliseconds of processor time for one message and its answer; an amplification shows as minutes,
 * or as a process that has exited.
 */
const budgetMs = 5_000;

test("a server with 128 MiB of memory survives decoder bombs, and keeps serving others", async () => {
  const child = spawn(
    process.execPath,
    sourceProgram("hostile/decoder-bombs.ts", "--max-old-space-size=128"),
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const ended = once(child, "exit");
  let output = "";
  for await (const chunk of child.stdout) output += String(chunk);
  expect(await ended).toEqual([0, null]);
  const times = output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as [string, number]);
  expect(times).toHaveLength(15);
  expect(times.filter(([, milliseconds]) => milliseconds > budgetMs)).toEqual([]);
});
