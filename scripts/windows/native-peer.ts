import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { repository } from "../repository.ts";
import { runQuietly } from "../terminal/run-quietly.ts";
import { step } from "../terminal/step.ts";
import { shortHash } from "./make-once.ts";
import { windowsCompiler } from "./windows-compiler.ts";

const SOURCES = path.join(repository, "packages/transports/test-peers");
/** In the repository, where the runs on Windows see it; the tests know this path too. */
const BUILD = path.join(SOURCES, "build");

/**
 * Builds the C program that the tests of `copydata:` talk to, unless it was built from the same
 * sources before.
 *
 * @throws LaneUnavailableError
 */
export async function buildNativePeer(): Promise<void> {
  const files = readdirSync(SOURCES).filter((name) => /\.[ch]$/.test(name));
  const key = shortHash(files.map((name) => readFileSync(path.join(SOURCES, name), "utf8")).join("\0"));
  const stamp = path.join(BUILD, key);
  if (existsSync(stamp)) return;
  const compiler = await windowsCompiler();
  await step("Building the peer in C", async () => {
    await mkdir(BUILD, { recursive: true });
    const source = path.join(SOURCES, "copydata-peer.c");
    const strict = ["-O2", "-Wall", "-Wextra", "-Werror", "-static"];
    await runQuietly([compiler, ...strict, "-o", path.join(BUILD, "copydata-peer.exe"), source, "-luser32"]);
    await writeFile(stamp, "");
  });
}
