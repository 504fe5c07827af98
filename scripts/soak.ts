/**
 * `npm run soak -- [--transports pipe,tcp] [--short] [--windows] [--node 22|24|26]` puts each
 * transport under long load between processes, on this system or on Node for Windows, and prints
 * what grew or was lost.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { runTied } from "./bootstrap/run-tied.mjs";
import { repository } from "./repository.ts";
import { main } from "./terminal/main.ts";
import { CommandFailedError } from "./terminal/run-quietly.ts";
import { runOnWindows } from "./windows/run-on-windows.ts";
import { WINDOWS_NODE_VERSIONS } from "./windows/windows-node.ts";

const PROGRAM = path.join(repository, "packages/transports/src/test-support/soak/main.mjs");

await main(async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      transports: { type: "string" },
      short: { type: "boolean" },
      windows: { type: "boolean" },
      node: { type: "string", default: "24" },
    },
  });
  const node = WINDOWS_NODE_VERSIONS.find((version) => version === values.node);
  if (node === undefined) throw new CommandFailedError(`There is no Node ${values.node} here.`);
  const forProgram = [
    ...(values.transports === undefined ? [] : ["--transports", values.transports]),
    ...(values.short === true ? ["--short"] : []),
  ];
  if (values.windows === true) return await runOnWindows({ script: PROGRAM, args: forProgram, node });
  return await runTied(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", PROGRAM, ...forProgram],
    process.env,
  );
});
