/** `npm run bench -- [--windows [--node 22|24|26]] [OPTIONS]` builds and measures, here or on Windows; bench/README.md tells more. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { parseArgs } from "node:util";
import { repository } from "./repository.ts";
import { main } from "./terminal/main.ts";
import { CommandFailedError, runQuietly } from "./terminal/run-quietly.ts";
import { step } from "./terminal/step.ts";
import { tools } from "./tools.ts";
import { runOnWindows } from "./windows/run-on-windows.ts";
import { WINDOWS_NODE_VERSIONS, type WindowsNodeVersion } from "./windows/windows-node.ts";

const HARNESS = path.join(repository, "bench/dist/main.js");

await main(async (given) => {
  const { windows, nodeVersion, args } = takeOwnOptions(given);
  await step("Building", (onLine) =>
    runQuietly([process.execPath, tools.tsc, "--build"], { cwd: repository, onLine }),
  );
  if (windows) return await runOnWindows({ script: HARNESS, args, node: nodeVersion });
  const child = spawn(process.execPath, [HARNESS, ...args], { cwd: repository, stdio: "inherit" });
  const [code] = await once(child, "exit");
  return code ?? 1;
});

/** Which system and which Node; the rest is for the harness. */
function takeOwnOptions(given: readonly string[]) {
  const { tokens } = parseArgs({
    args: [...given],
    options: { windows: { type: "boolean" }, node: { type: "string" } },
    strict: false,
    tokens: true,
  });
  const args = [...given];
  let windows = false;
  let nodeVersion: WindowsNodeVersion = "24";
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
    }
  }
  if (!windows && nodeVersion !== "24") throw new CommandFailedError("--node needs --windows.");
  return { windows, nodeVersion, args };
}
