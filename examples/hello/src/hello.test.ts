import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

test("one process greets another", async () => {
  const endpoint = `pipe:hello-${process.pid}`;
  const server = start("server.js", endpoint);
  const client = start("client.js", endpoint);
  expect(await outputOf(client)).toBe(`Hello process ${client.pid}, this is process ${server.pid}.\n`);
});

test.each(["hello.service.ts", "server.ts", "client.ts"])("the README shows %s as it is", (file) => {
  expect(textOf("../README.md")).toContain(`\n\`\`\`ts src/${file}\n${textOf(file)}\`\`\`\n`);
});

function textOf(file: string): string {
  return readFileSync(new URL(file, import.meta.url), "utf8").replaceAll("\r\n", "\n");
}

function start(script: string, endpoint: string): ChildProcess {
  const path = fileURLToPath(new URL(`../dist/${script}`, import.meta.url));
  if (!existsSync(path)) throw new Error(`there is no ${path}: build first, with tsc --build`);
  const child = spawn(process.execPath, [path, endpoint], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGINT");
    await once(child, "exit");
  });
  return child;
}

async function outputOf({ stdout }: ChildProcess): Promise<string> {
  return ((await stdout?.setEncoding("utf8").toArray()) ?? []).join("");
}
