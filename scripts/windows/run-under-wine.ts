import { realpathSync } from "node:fs";
import path from "node:path";
import { repository } from "../repository.ts";
import { carryOutput } from "./carry-output.ts";
import { findWine } from "./find-wine.ts";
import { type Mount, runInLane } from "./run-in-lane.ts";
import { isWithin, mountsFor, pathInLane, surroundingsOf, toWindowsPath } from "./visible-paths.ts";
import { watchForCrash } from "./watch-for-crash.ts";
import { win32Tree } from "./win32-tree.ts";
import { nodeExecutableIn, otherWindowsNode, type WindowsNodeVersion } from "./windows-node.ts";
import type { WindowsRun } from "./windows-run.ts";
import { PREFIX, wineEnvironment } from "./wine-environment.ts";
import { winePrefix } from "./wine-prefix.ts";

/**
 * Runs a script on Node for Windows in a lane of its own.
 * @throws LaneCrashedError
 */
export async function runUnderWine(run: WindowsRun): Promise<number> {
  const wine = await findWine();
  const prefix = await winePrefix(wine);
  const checkouts = [repository, ...(run.checkouts ?? []).map((checkout) => realpathSync(checkout))];
  const trees: Mount[] = [];
  for (const checkout of checkouts) trees.push(...(await win32Tree(checkout)));
  const script = realpathSync(run.script);
  const cwd = realpathSync(run.cwd ?? repository);
  const { executable, mounts } = await nodeFor(run.node ?? "24");
  const seen = [
    ...checkouts,
    cwd,
    surroundingsOf(script),
    ...(run.mounts ?? []).map((mount) => realpathSync(mount)),
  ];

  using watch = watchForCrash(run.silentMs);
  const stdout = carryOutput(run.stdout ?? process.stdout, watch.look);
  const stderr = carryOutput(run.stderr ?? process.stderr, watch.look);
  try {
    const exitCode = await runInLane({
      wine,
      binds: mountsFor([...seen, ...mounts]),
      overlays: [{ from: prefix, to: PREFIX }, ...trees],
      cwd: pathInLane(cwd),
      env: {
        ...wineEnvironment(wine),
        // Wine puts this on the PATH of Windows, so that a script can start `node` by its name.
        WINEPATH: toWindowsPath(path.dirname(executable)),
        ...(isTerminal(run) ? { FORCE_COLOR: "1" } : {}),
        ...run.env,
      },
      commandLine: [
        ...[wine.loader, toWindowsPath(executable)],
        ...(run.nodeArgs ?? []),
        ...[toWindowsPath(inLane(script, seen)), ...(run.args ?? [])],
      ],
      output: { stdout: stdout.fd, stderr: stderr.fd },
      signal: run.signal === undefined ? watch.crashed : AbortSignal.any([run.signal, watch.crashed]),
    });
    watch.crashed.throwIfAborted();
    return exitCode;
  } finally {
    await Promise.all([stdout.finish(), stderr.finish()]);
  }
}

async function nodeFor(node: WindowsNodeVersion): Promise<{ executable: string; mounts: readonly string[] }> {
  if (node === "24") return { executable: nodeExecutableIn(repository), mounts: [] };
  const folder = await otherWindowsNode(node);
  return { executable: nodeExecutableIn(folder), mounts: [folder] };
}

/** Returns the path in the lane of a file in one of the folders visible there. */
function inLane(file: string, seen: readonly string[]): string {
  const folder = seen.find((candidate) => isWithin(file, candidate)) ?? file;
  return path.join(pathInLane(folder), path.relative(folder, file));
}

/**
 * A file is not a terminal, so a program on Windows cannot detect by itself that its colours are
 * shown.
 */
function isTerminal(run: WindowsRun): boolean {
  return run.stdout === undefined && process.stdout.isTTY === true && !("NO_COLOR" in process.env);
}
