import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";

const built = new URL("../dist/index.js", import.meta.url).href;
/** A program that runs until it is asked to stop, and prints why it ends. */
const code = `
  const { stopRequest } = await import(${JSON.stringify(built)});
  const work = setInterval(() => {}, 1_000);
  console.log("serving");
  console.log("stopped by " + (await stopRequest()));
  clearInterval(work);
`;
const folder = fileURLToPath(new URL(".", import.meta.url));
const children: ChildProcess[] = [];

/** Starts the program; resolves once it serves. */
async function start(stdin: "ignore" | "pipe") {
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    cwd: folder,
    stdio: [stdin, "pipe", "inherit"],
  });
  children.push(child);
  const lines: string[] = [];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => lines.push(...text.trim().split(/\r?\n/)));
  const ended = once(child, "close");
  await expect.poll(() => lines).toEqual(["serving"]);
  return { child, lines, ended };
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

test("a program whose parent closes its standard input stops, and says why", async () => {
  const { child, lines, ended } = await start("pipe");
  child.stdin?.end();
  expect(await ended).toEqual([0, null]);
  expect(lines).toEqual(["serving", "stopped by the end of standard input"]);
});

test("a program without standard input runs until it is told to stop", async () => {
  const { child, lines, ended } = await start("ignore");
  const early = await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 500, "runs"))]);
  expect(early).toBe("runs");
  child.kill("SIGTERM");
  await ended;
  // Windows has no signals: there the program is ended.
  if (process.platform !== "win32") expect(lines).toEqual(["serving", "stopped by SIGTERM"]);
});
