import type { ConformanceRun, Execution } from "../conformance/conformance-run.ts";

/** One part of `npm test`. */
export interface Stage {
  readonly name: string;
  /** Name for `--only`. */
  readonly key: string;
  /** Missing if the stage does not run the conformance suite. */
  readonly conformance?: ConformanceStage;
  readonly run: () => Promise<StageOutcome>;
}

/** The conformance suite as part of a stage. */
export interface ConformanceStage {
  /** The system that it runs on, in words. */
  readonly system: string;
  /** Runs it without the rest of the stage. */
  readonly run: () => Promise<StageOutcome>;
}

export interface StageOutcome {
  readonly exitCode: number;
  /** Missing if the stage runs no tests, or failed before it could count them. */
  readonly tests?: TestCounts | undefined;
  readonly failures?: readonly TestFailure[] | undefined;
  readonly conformance?: readonly Execution[] | undefined;
}

export interface TestFailure {
  /** Relative to the root of the repository. */
  readonly file: string;
  /** Its groups and its title; empty if the file failed before it had tests. */
  readonly title: string;
  readonly message: string;
  /** True if it passed on the second run. */
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
  /** Says why it did not run, and how to make it run. */
  readonly reason?: string;
}
