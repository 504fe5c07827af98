import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import path from "node:path";
import { npmCommand, npmEnvironment } from "../bootstrap/npm-command.mjs";
import { runQuietly } from "../terminal/run-quietly.ts";
import { makeOnce, shortHash } from "./make-once.ts";
import type { Mount } from "./run-in-lane.ts";

/**
 * The dependencies as Windows gets them from the same lock file, laid over those of the repository.
 *
 * They depend on the lock file only, which repeats the dependencies of every package.json.
 */
export async function win32Tree(repository: string): Promise<readonly Mount[]> {
  const lock = readFileSync(path.join(repository, "package-lock.json"));
  const workspaces = Object.keys(JSON.parse(lock.toString()).packages).filter(
    (folder) => folder !== "" && !folder.includes("node_modules"),
  );
  const tree = await makeOnce({
    kind: "win32-tree",
    key: shortHash(lock),
    title: "Installing the dependencies for Windows (npm ci)",
    keep: 3,
    make: async (folder) => {
      const files = ["package.json", ...workspaces.map((workspace) => path.join(workspace, "package.json"))];
      for (const file of ["package-lock.json", ".npmrc", ...files]) {
        await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
        await cp(path.join(repository, file), path.join(folder, file));
      }
      const install = [...npmCommand(), "ci", "--os=win32", "--cpu=x64", "--ignore-scripts"];
      await runQuietly([...install, "--no-audit", "--no-fund"], { cwd: folder, env: npmEnvironment() });
    },
  });
  return ["", ...workspaces]
    .map((folder) => path.join(folder, "node_modules"))
    .filter((folder) => existsSync(path.join(tree, folder)))
    .map((folder) => ({ from: path.join(tree, folder), to: path.join(repository, folder) }));
}
