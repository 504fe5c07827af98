import type { ConformanceRun, Execution } from "../conformance/conformance-run.ts";

/** One part of `npm test`. */
export interface Stage {
  readonly name: string;
  /** What `--only` calls it. */
  readonly key: string;
  /** Missing where the stage does not run the conformance suite. */
  readonly conformance?: ConformanceStage;
  readonly run: () => Promise<StageOutcome>;
}

/** The conformance suite as part of a stage. */
export interface ConformanceStage {
  /** Where it runs, in words. */
  readonly system: string;
  /** Runs it without what else the stage runs. */
  readonly run: () => Promise<StageOutcome>;
}

export interface StageOutcome {
  readonly exitCode: number;
  /** Missing where the stage runs no tests, or broke before it could count them. */
  readonly tests?: TestCounts | undefined;
  readonly failures?: readonly TestFailure[] | undefined;
  readonly conformance?: readonly Execution[] | undefined;
}

export interface TestFailure {
  /** From the root of the repository. */
  readonly file: string;
  /** Its groups and its title; empty if the file broke before it had tests. */
  readonly title: string;
  readonly message: string;
  /** It passed when it ran once more. */
  readonly retried: boolean;
}

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface StageResult {
  readonly name: string;
  readonly state: "passed" | "failed" | "not run";
  readonly seconds: number;
  readonly tests?: TestCounts | undefined;
  readonly failures?: readonly TestFailure[] | undefined;
  readonly conformance?: ConformanceRun | undefined;
  /** Why it did not run, and how to get it. */
  readonly reason?: string;
}
