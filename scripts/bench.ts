/**
 * `npm run bench -- [--windows [--node 22|24|26]] [OPTIONS]` builds and measures, here or on
 * Windows; bench/README.md has the options.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { installDependencies } from "./bootstrap/install-dependencies.mjs";
import { repository } from "./repository.ts";
import { main } from "./terminal/main.ts";
import { CommandFailedError, runQuietly } from "./terminal/run-quietly.ts";
import { step } from "./terminal/step.ts";
import { tools } from "./tools.ts";
import { findWine } from "./windows/find-wine.ts";
import { runOnWindows } from "./windows/run-on-windows.ts";
import { pathInLane, toWindowsPath } from "./windows/visible-paths.ts";
import { WINDOWS_NODE_VERSIONS, type WindowsNodeVersion } from "./windows/windows-node.ts";

const HARNESS = path.join(repository, "bench/dist/main.js");

await main(async (given) => {
  const { windows, nodeVersion, against, args } = takeOwnOptions(given);
  await build("Building", repository);
  if (against !== undefined) await build("Building the other checkout", against);
  const checkouts = against === undefined ? [] : [against];
  const env = { CROSSPANE_BENCH_COMMIT: [repository, ...checkouts].map(commitOf).join(" against ") };
  if (!windows) {
    const child = spawn(
      process.execPath,
      [HARNESS, ...args, ...checkouts.flatMap((checkout) => ["--against", checkout])],
      { cwd: repository, env: { ...process.env, ...env }, stdio: "inherit" },
    );
    const [code] = await once(child, "exit");
    return code ?? 1;
  }
  const isWine = process.platform !== "win32";
  const seen = (checkout: string) => (isWine ? toWindowsPath(pathInLane(checkout)) : checkout);
  return await runOnWindows({
    script: HARNESS,
    args: [...args, ...checkouts.flatMap((checkout) => ["--against", seen(checkout)])],
    node: nodeVersion,
    checkouts,
    env: { ...env, ...(isWine ? { CROSSPANE_BENCH_WINE: (await findWine()).version } : {}) },
  });
});

async function build(title: string, checkout: string): Promise<void> {
  await installDependencies(checkout);
  await step(title, (onLine) =>
    runQuietly([process.execPath, tools.tsc, "--build"], { cwd: checkout, onLine }),
  );
}

/** Returns the commit of a checkout, marked if files differ from it. */
function commitOf(checkout: string): string {
  const { stdout } = spawnSync("git", ["-C", checkout, "describe", "--always", "--dirty"], {
    encoding: "utf8",
  });
  return stdout?.trim() || "unknown";
}

/** Removes the options for this script; the others are for the harness. */
function takeOwnOptions(given: readonly string[]) {
  const { tokens } = parseArgs({
    args: [...given],
    options: { windows: { type: "boolean" }, node: { type: "string" }, against: { type: "string" } },
    strict: false,
    tokens: true,
  });
  const args = [...given];
  let windows = false;
  let nodeVersion: WindowsNodeVersion = "24";
  let against: string | undefined;
  for (const token of tokens.toReversed()) {
    if (token.kind !== "option") continue;
    if (token.name === "windows") {
      windows = true;
      args.splice(token.index, 1);
    } else if (token.name === "node") {
      const known = WINDOWS_NODE_VERSIONS.find((version) => version === token.value);
      if (known === undefined)
        throw new CommandFailedError(`--node takes ${WINDOWS_NODE_VERSIONS.join(", ")}.`);
      nodeVersion = known;
      args.splice(token.index, token.inlineValue === true ? 1 : 2);
    } else if (token.name === "against") {
      against = checkoutAt(token.value);
      args.splice(token.index, token.inlineValue === true ? 1 : 2);
    }
  }
  if (!windows && nodeVersion !== "24") throw new CommandFailedError("--node needs --windows.");
  return { windows, nodeVersion, against, args };
}

function checkoutAt(given: string | undefined): string {
  // npm changes to the repository's folder and passes the folder that it was called in.
  const folder = path.resolve(process.env["INIT_CWD"] ?? process.cwd(), given ?? "");
  if (given !== undefined && existsSync(path.join(folder, "bench/package.json"))) return realpathSync(folder);
  throw new CommandFailedError(
    `--against takes the folder of another checkout of this repository, and ${folder} has no benchmarks.`,
  );
}
