import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

// echo -n "crosspane" | sha256sum
const digest = "d9c4bd58a05f0cd21768b9fdd2d7efa66b4d89508671771f0bdba53568e6d71f";

let folder: string;
let file: string;
let environment: NodeJS.ProcessEnv;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "xp-"));
  file = join(folder, "file.txt");
  writeFileSync(file, "crosspane");
  environment = {
    ...process.env,
    XDG_RUNTIME_DIR: folder,
    LOCALAPPDATA: folder,
    DIGESTS_ENDPOINT: `pipe:digests-${process.pid}-${Date.now()}`,
    // Longer than the next client takes to connect, also on a slow machine.
    DIGESTS_IDLE_MS: "20000",
  };
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));

test("clients that race start one daemon, which remembers digests and exits when idle", {
  timeout: 600_000,
}, async () => {
  const racing = await Promise.all([client(file), client(file)]);
  const processId = processIdOf(racing[0]);
  expect(racing.map(processIdOf)).toEqual([processId, processId]);
  const later = await client(file);
  expect(processIdOf(later)).toBe(processId);
  expect(later).toContain(`${digest}  ${file}  (remembered)`);
  while (isRunning(processId)) await sleep(50);

  const afresh = await client(file);
  expect(processIdOf(afresh)).not.toBe(processId);
  expect(afresh).toContain(`${digest}  ${file}\n`);
  await end(processIdOf(afresh));
});

test("the error for a missing file names it, and the daemon keeps running", {
  timeout: 600_000,
}, async () => {
  const missing = join(folder, "missing");
  const first = await client(missing);
  expect(first).toContain(`there is no file ${missing}`);
  expect(processIdOf(await client(file))).toBe(processIdOf(first));
  await end(processIdOf(first));
});

test.each(["digests.service.ts", "remembered-digests.ts", "server.ts", "client.ts"])(
  "the README shows %s as it is",
  (name) => {
    expect(textOf("../README.md")).toContain(`\n\`\`\`ts src/${name}\n${textOf(name)}\`\`\`\n`);
  },
);

/** Runs a client; resolves with its output. */
async function client(path: string): Promise<string> {
  const script = fileURLToPath(new URL("../dist/client.js", import.meta.url));
  if (!existsSync(script)) throw new Error(`there is no ${script}: build first, with tsc --build`);
  const child = spawn(process.execPath, [script, path], {
    stdio: ["ignore", "pipe", "pipe"],
    env: environment,
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
  }
  await once(child, "close");
  return printed;
}

function processIdOf(printed: string): number {
  return Number(/The daemon is process (\d+)\./.exec(printed)?.[1]);
}

/** Ends a daemon without waiting until it has been idle for long enough. */
async function end(processId: number): Promise<void> {
  process.kill(processId, "SIGKILL");
  while (isRunning(processId)) await sleep(50);
}

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}

function textOf(name: string): string {
  return readFileSync(new URL(name, import.meta.url), "utf8").replaceAll("\r\n", "\n");
}
