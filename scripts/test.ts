/**
 * `npm test -- [--only STAGE[,STAGE]]` runs every check and every test, and reports the result of
 * each at the end.
 */
import { parseArgs } from "node:util";
import { keepRun } from "./conformance/kept-runs.ts";
import { shortTable } from "./conformance/short-table.ts";
import { main } from "./terminal/main.ts";
import { CommandFailedError } from "./terminal/run-quietly.ts";
import { runStage } from "./test/run-stage.ts";
import type { Stage, StageResult } from "./test/stage.ts";
import { stages } from "./test/stages.ts";
import { summary } from "./test/summary.ts";
import { onCtrlC } from "./windows/on-ctrl-c.ts";

const CTRL_C_EXIT_CODE = 130;

await main(async (args) => {
  const chosen = choose(stages(), args);
  let isInterrupted = false;
  using _ = onCtrlC(() => {
    isInterrupted = true;
  });
  const results: StageResult[] = [];
  for (const stage of chosen) {
    results.push(await runStage(stage));
    if (isInterrupted) return CTRL_C_EXIT_CODE;
  }
  const conformance = results.flatMap((result) => result.conformance ?? []);
  for (const run of conformance) keepRun(run);
  console.log(shortTable(conformance));
  console.log(summary(results));
  return results.some(({ state }) => state === "failed") ? 1 : 0;
});

function choose(all: readonly Stage[], args: readonly string[]): readonly Stage[] {
  const { values } = parseArgs({ args: [...args], options: { only: { type: "string", multiple: true } } });
  if (values.only === undefined) return all;
  const keys = values.only.flatMap((value) => value.split(","));
  const unknown = keys.filter((key) => !all.some((stage) => stage.key === key));
  if (unknown.length > 0) {
    throw new CommandFailedError(
      `There is no stage ${unknown.join(", ")}; there are ${all.map(({ key }) => key).join(", ")}.`,
    );
  }
  return all.filter(({ key }) => keys.includes(key));
}
