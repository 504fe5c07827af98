/**
 * `npm run conformance -- [--again] [--only STAGE[,STAGE]]` writes `docs/conformance.md` from the
 * latest results of `npm test`. If there are none, or they are of other cases than the current
 * ones, it runs the suite; with `--again` it always does. Stages that `--only` leaves out are shown
 * as not run.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { conformanceCases } from "@crosspane/core/testing";
import { conformancePage } from "./conformance/conformance-page.ts";
import type { ConformanceRun } from "./conformance/conformance-run.ts";
import { keepRun, keptRuns } from "./conformance/kept-runs.ts";
import { shortTable } from "./conformance/short-table.ts";
import { repository } from "./repository.ts";
import { main } from "./terminal/main.ts";
import { CommandFailedError } from "./terminal/run-quietly.ts";
import type { ConformanceStage } from "./test/stage.ts";
import { stages } from "./test/stages.ts";

const PAGE = "docs/conformance.md";

await main(async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: { again: { type: "boolean" }, only: { type: "string" } },
  });
  const only = values.only?.split(",");
  const kept = values.again === true ? [] : keptRuns();
  const runs: ConformanceRun[] = [];
  for (const { key, conformance } of stages()) {
    if (conformance === undefined) continue;
    if (only !== undefined && !only.includes(key)) {
      runs.push({ stage: key, system: conformance.system, executions: [] });
      continue;
    }
    const latest = kept.find(({ stage }) => stage === key);
    runs.push(latest !== undefined && covers(latest.executions) ? latest : await runNow(key, conformance));
  }
  writeFileSync(path.join(repository, PAGE), conformancePage(conformanceCases, runs));
  console.log(`${shortTable(runs)}\n\n${PAGE} is written.`);
  return 0;
});

async function runNow(stage: string, { system, run }: ConformanceStage): Promise<ConformanceRun> {
  const { conformance: executions = [] } = await run();
  if (!covers(executions))
    throw new CommandFailedError(`The suite did not run on ${system}. Are the packages built?`);
  const result = { stage, system, executions };
  keepRun(result);
  return result;
}

/** Returns true if these are results of exactly the current cases, over some transports. */
function covers(executions: readonly { readonly group: string; readonly name: string }[]): boolean {
  const key = ({ group, name }: { readonly group: string; readonly name: string }) => `${group}: ${name}`;
  const [ran, known] = [new Set(executions.map(key)), new Set(conformanceCases.map(key))];
  return ran.size === known.size && [...known].every((each) => ran.has(each));
}
