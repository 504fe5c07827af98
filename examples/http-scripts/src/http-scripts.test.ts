import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";

test("a report is JSON for scripts, and wrong arguments are refused", async () => {
  const { url, secret } = await startServer();
  const folder = await createFolder();
  const report = await call(url, secret, "report", [folder]);
  expect(await report.json()).toEqual([
    { extension: ".txt", files: 2, bytes: 7, newest: expect.stringMatching(/^\d{4}-.*Z$/) },
    { extension: ".md", files: 1, bytes: 3, newest: expect.any(String) },
  ]);
  expect((await call(url, secret, "report", [path.join(folder, "none")])).status).toBe(404);
  expect((await call(url, secret, "report", [7])).status).toBe(400);
  expect((await call(url, "wrong", "report", [folder])).status).toBe(401);
  if (process.platform !== "win32") return;
  const script = fileURLToPath(new URL("../scripts/report.js", import.meta.url));
  const { stdout } = await promisify(execFile)("cscript.exe", ["//nologo", script, url, secret, folder]);
  expect(stdout).toMatch(/^200 \[\{"extension":".txt","files":2,/);
});

test("changes arrive as events until the caller disconnects", async () => {
  const { url, secret } = await startServer();
  const folder = await createFolder();
  const leaving = new AbortController();
  const pending = call(url, secret, "watch", { folder }, leaving.signal);
  const writing = setInterval(() => void appendFile(path.join(folder, "a.txt"), "x"), 50);
  onTestFinished(() => clearInterval(writing));
  const { body } = await pending;
  let text = "";
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.includes("\n\n")) break;
  }
  leaving.abort();
  expect(text).toMatch(/^data: "a.txt"\n\n/);
});

test.each(["folders.service.ts", "disk-folders.ts", "server.ts"])("the README shows %s as it is", (file) => {
  const [page, shown] = ["../README.md", file].map((name) =>
    readFileSync(new URL(name, import.meta.url), "utf8").replaceAll("\r\n", "\n"),
  );
  expect(page).toContain(`\n\`\`\`ts src/${file}\n${shown}\`\`\`\n`);
});

async function startServer(): Promise<{ readonly url: string; readonly secret: string }> {
  const program = fileURLToPath(new URL("../dist/server.js", import.meta.url));
  if (!existsSync(program)) throw new Error(`there is no ${program}: build first, with tsc --build`);
  const child = spawn(process.execPath, [program, "0"], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(async () => {
    child.kill("SIGINT");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const [url = "", secret = ""] = line.toString().trim().split(" ");
  return { url, secret };
}

async function createFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "crosspane-scripts-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries({ "a.txt": "12345", "b.txt": "67", "c.md": "abc" }))
    await writeFile(path.join(folder, name), text);
  return folder;
}

function call(url: string, secret: string, method: string, args: unknown, signal?: AbortSignal) {
  return fetch(`${url}/Folders/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${secret}` },
    body: JSON.stringify(args),
    ...(signal === undefined ? {} : { signal }),
  });
}
