/** One part of `npm test`. */
export interface Stage {
  readonly name: string;
  /** What `--only` calls it. */
  readonly key: string;
  readonly run: () => Promise<StageOutcome>;
}

export interface StageOutcome {
  readonly exitCode: number;
  /** Missing where the stage runs no tests, or broke before it could count them. */
  readonly tests?: TestCounts | undefined;
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
  /** Why it did not run, and how to get it. */
  readonly reason?: string;
}
