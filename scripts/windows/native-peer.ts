import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { repository } from "../repository.ts";
import { runQuietly } from "../terminal/run-quietly.ts";
import { step } from "../terminal/step.ts";
import { shortHash } from "./make-once.ts";
import { windowsCompiler } from "./windows-compiler.ts";

/** A program in C that tests talk to. */
interface NativePeer {
  /** Folder of its sources, in the repository, where the runs on Windows see what is built. */
  readonly folder: string;
  readonly source: string;
  readonly libraries: readonly string[];
}

const PEERS: readonly NativePeer[] = [
  { folder: "packages/transports/test-peers", source: "copydata-peer.c", libraries: ["user32"] },
  {
    folder: "packages/bridges/test-peers",
    source: "automation-client.c",
    libraries: ["ole32", "oleaut32", "uuid"],
  },
];

/**
 * Builds the C programs that tests talk to, unless they were built from the same sources before.
 *
 * @throws LaneUnavailableError
 */
export async function buildNativePeers(): Promise<void> {
  for (const peer of PEERS) await build(peer);
}

async function build({ folder, source, libraries }: NativePeer): Promise<void> {
  const sources = path.join(repository, folder);
  /** The tests know this path too. */
  const built = path.join(sources, "build");
  const files = readdirSync(sources).filter((name) => /\.[ch]$/.test(name));
  const key = shortHash(files.map((name) => readFileSync(path.join(sources, name), "utf8")).join("\0"));
  const stamp = path.join(built, key);
  if (existsSync(stamp)) return;
  const compiler = await windowsCompiler();
  await step(`Building ${source}`, async () => {
    await mkdir(built, { recursive: true });
    const strict = ["-O2", "-Wall", "-Wextra", "-Werror", "-static"];
    const program = path.join(built, source.replace(/c$/, "exe"));
    const linked = libraries.map((library) => `-l${library}`);
    await runQuietly([compiler, ...strict, "-o", program, path.join(sources, source), ...linked]);
    await writeFile(stamp, "");
  });
}
