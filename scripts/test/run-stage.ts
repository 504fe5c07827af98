import pc from "picocolors";
import { LaneUnavailableError } from "../windows/lane-unavailable-error.ts";
import type { Stage, StageResult } from "./stage.ts";

/** Runs one stage; any failure in it becomes its result, so that the later ones still run. */
export async function runStage(stage: Stage): Promise<StageResult> {
  console.log(`\n${pc.bold(pc.cyan(`▶ ${stage.name}`))}`);
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  try {
    const { exitCode, tests, failures, conformance: executions } = await stage.run();
    const conformance =
      stage.conformance === undefined || executions === undefined
        ? undefined
        : { stage: stage.key, system: stage.conformance.system, executions };
    const state = exitCode === 0 ? "passed" : "failed";
    return { name: stage.name, state, seconds: seconds(), tests, failures, conformance };
  } catch (error) {
    if (error instanceof LaneUnavailableError) {
      // Notices are not read there.
      const state = isContinuousIntegration() ? "failed" : "not run";
      return { name: stage.name, state, seconds: seconds(), reason: error.message };
    }
    console.error(error);
    return { name: stage.name, state: "failed", seconds: seconds() };
  }
}

function isContinuousIntegration(): boolean {
  const { CI = "" } = process.env;
  return CI !== "" && CI !== "false" && CI !== "0";
}
