/**
 * `npm run crash-points -- [--windows] [--node 22|24|26]` kills processes at every chosen point of
 * a conversation, on this system or on Node for Windows. `npm test` does so at some of the points.
 */
import { parseArgs } from "node:util";
import { main } from "./terminal/main.ts";
import { CommandFailedError } from "./terminal/run-quietly.ts";
import { vitestHere, vitestOnWindows } from "./test/vitest-run.ts";
import { WINDOWS_NODE_VERSIONS } from "./windows/windows-node.ts";

const FILTER = "crash-points";

await main(async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: { windows: { type: "boolean" }, node: { type: "string", default: "24" } },
  });
  const node = WINDOWS_NODE_VERSIONS.find((version) => version === values.node);
  if (node === undefined) throw new CommandFailedError(`There is no Node ${values.node} here.`);
  process.env["CROSSPANE_CRASH_POINTS"] = "all";
  const { exitCode } = await (values.windows === true
    ? vitestOnWindows({ node, filters: [FILTER] })
    : vitestHere(FILTER));
  return exitCode;
});
