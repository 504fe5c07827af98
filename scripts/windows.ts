/** `npm run windows -- [--node 22|24|26] SCRIPT [ARGUMENTS]` runs a script on Node for Windows. */
import { existsSync } from "node:fs";
import path from "node:path";
import { main } from "./terminal/main.ts";
import { runOnWindows } from "./windows/run-on-windows.ts";
import { WINDOWS_NODE_VERSIONS, type WindowsNodeVersion } from "./windows/windows-node.ts";

const USAGE = `usage: npm run windows -- [--node ${WINDOWS_NODE_VERSIONS.join("|")}] SCRIPT [ARGUMENTS]`;
const USAGE_EXIT_CODE = 2;

await main(windows);

async function windows(args: readonly string[]): Promise<number> {
  const rest = [...args];
  let node: WindowsNodeVersion = "24";
  if (rest[0]?.startsWith("--node")) {
    const [option = "", value = rest[1]] = rest[0].split("=");
    rest.splice(0, rest[0].includes("=") ? 1 : 2);
    const known = WINDOWS_NODE_VERSIONS.find((version) => version === value);
    if (option !== "--node" || known === undefined)
      return usage(`There is no ${option} ${value ?? ""} here.`);
    node = known;
  }
  const [script, ...scriptArgs] = rest;
  if (script === undefined) return usage("Which script?");
  // npm changes to the repository's folder and passes the folder that it was called in.
  const { INIT_CWD: cwd = process.cwd() } = process.env;
  const file = path.resolve(cwd, script);
  if (!existsSync(file)) return usage(`There is no file ${file}.`);
  return await runOnWindows({ script: file, args: scriptArgs, node, cwd });
}

function usage(problem: string): number {
  console.error(`${problem}\n${USAGE}`);
  return USAGE_EXIT_CODE;
}
