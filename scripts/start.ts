/**
 * `npm start -- [FOLDER]` generates, builds and runs the main job: the file-index example on
 * Windows, here or under Wine, on the given folder or the default one.
 */
import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import { isBuilt, rememberBuild } from "./build-state.ts";
import { repository } from "./repository.ts";
import { main } from "./terminal/main.ts";
import { CommandFailedError, runQuietly } from "./terminal/run-quietly.ts";
import { step } from "./terminal/step.ts";
import { tools } from "./tools.ts";
import { runOnWindows } from "./windows/run-on-windows.ts";
import { pathInLane, toWindowsPath } from "./windows/visible-paths.ts";

const JOB = path.join(repository, "examples/file-index/dist/main.js");

await main(async (args) => {
  const [folder, ...tooMany] = args.map(existingPath);
  if (tooMany.length > 0) throw new CommandFailedError("usage: npm start -- [FOLDER]");

  if (isBuilt()) console.error("✓ Generated and built; nothing has changed");
  else {
    // The generator is built first, because the other builds need its output and its dependencies.
    await node("Building the generator", tools.tsc, "--build", "packages/crosspane");
    await node("Generating", tools.crosspane, "generate");
    await node("Building", tools.tsc, "--build");
    rememberBuild();
  }

  console.error(`▶ ${path.relative(repository, JOB)} on Windows`);
  return await runOnWindows({
    script: JOB,
    args: folder === undefined ? [] : [toWindowsPath(pathInLane(folder))],
    mounts: folder === undefined ? [] : [folder],
  });
});

async function node(title: string, ...args: readonly string[]): Promise<void> {
  await step(title, (onLine) => runQuietly([process.execPath, ...args], { cwd: repository, onLine }));
}

/** npm changes to the repository's folder and passes the folder that it was called in. */
function existingPath(given: string): string {
  const { INIT_CWD: cwd = process.cwd() } = process.env;
  const file = path.resolve(cwd, given);
  if (!existsSync(file)) throw new CommandFailedError(`There is no ${file}.`);
  return realpathSync(file);
}
