import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Finished, runCli, startCli } from "../test-support/run-cli.js";
import { createTempFolder, writeFiles } from "../test-support/temp-folder.js";

const contract = "/** @service */\nexport interface A {\n  get(id: string): Promise<string>;\n}\n";
const tsconfig = '{ "compilerOptions": { "lib": ["es2024"], "types": [] } }';
const manifest = JSON.stringify({ type: "module", dependencies: { "@crosspane/transports": "0.1.0" } });

const run = (folder: string, ...args: string[]): Promise<Finished> => runCli(args, folder);

describe("crosspane generate", () => {
  it("writes, lists each file and sums up", async () => {
    const folder = createTempFolder({
      "package.json": manifest,
      "tsconfig.json": tsconfig,
      "src/a.service.ts": contract,
    });
    const first = await run(folder, "generate");
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout).toMatch(/^written {3}src\/a\.crosspane\.ts\n1 contract: 1 written \(\d+\.\d s\)\n$/);
    const second = await run(folder, "generate");
    expect(second.stdout).toMatch(/^unchanged src\/a\.crosspane\.ts\n1 contract: 1 unchanged /);
  });

  it("exits with 1 and one line for each problem", async () => {
    const folder = createTempFolder({
      "package.json": manifest,
      "tsconfig.json": tsconfig,
      "src/a.service.ts": contract.replace("Promise<string>", "string"),
    });
    const { code, stdout, stderr } = await run(folder, "generate");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^src\/a\.service\.ts:3:20 CP1106 A\.get: result: it returns string, .+\. Remedy: .+\.\n$/,
    );
    expect(stdout).toMatch(/^1 contract: 1 failed with 1 problem /);
  });

  it("--check exits with 1 on drift, with 0 without, and writes nothing", async () => {
    const folder = createTempFolder({
      "package.json": manifest,
      "tsconfig.json": tsconfig,
      "a.service.ts": contract,
    });
    const drifted = await run(folder, "generate", "--check");
    expect(drifted.code).toBe(1);
    expect(drifted.stderr).toBe("drifted   a.crosspane.ts\n");
    expect(existsSync(join(folder, "a.crosspane.ts"))).toBe(false);
    await run(folder, "generate");
    expect(await run(folder, "generate", "--check", "--quiet")).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("exits with 2 and a sentence when it cannot start", async () => {
    const folder = createTempFolder({ "a.service.ts": contract });
    const fails = async (message: RegExp, ...args: string[]) => {
      const { code, stderr } = await run(folder, "generate", ...args);
      expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
    };
    await fails(/^crosspane: there is no tsconfig at .*none\.json\n$/, "-p", "none.json");
    await fails(/^crosspane: no contract file matches none\/\*\.ts in .*\n$/, "none/*.ts");
    await fails(/^crosspane: --watch and --check exclude each other\n$/, "--watch", "--check");
    await fails(/unknown option '--wrong'/, "--wrong");
    await fails(/Allowed choices are auto, js, ts, none/, "--import-extension", "mjs");
  });

  it("--check fails when there is nothing to check", async () => {
    const folder = createTempFolder({
      "package.json": manifest,
      "tsconfig.json": tsconfig,
      "a.ts": "export {};",
    });
    const { code, stderr } = await run(folder, "generate", "--check", "--quiet");
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^crosspane: --check found no contract/),
    });
  });

  it("says so when nothing is tagged", async () => {
    const folder = createTempFolder({
      "package.json": manifest,
      "tsconfig.json": tsconfig,
      "a.ts": "export {};",
    });
    const { code, stdout } = await run(folder, "generate");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^no interface is tagged @service in 1 file; write .+\n$/);
  });
});

describe("crosspane", () => {
  it("prints help and its version", async () => {
    const folder = createTempFolder({});
    const help = await run(folder, "--help");
    expect(help.code).toBe(0);
    expect(help.stdout).toContain("generate [options] [files...]");
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    expect(await run(folder, "--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });
});

// Windows cannot send signals to a process; Ctrl-C there comes from its console.
it.skipIf(process.platform === "win32")("--watch regenerates and ends cleanly on Ctrl-C", async () => {
  const folder = createTempFolder({
    "package.json": manifest,
    "tsconfig.json": tsconfig,
    "a.service.ts": contract,
  });
  const child = startCli(["generate", "--watch"], folder);
  let output = "";
  child.stdout!.on("data", (chunk) => {
    output += String(chunk);
  });
  await expect.poll(() => output).toContain("watching for changes");
  writeFiles(folder, { "a.service.ts": contract.replace("get(", "read(") });
  await expect.poll(() => output.match(/written/g)?.length).toBe(2);
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGINT");
  expect(await exited).toBe(0);
});
