import pc from "picocolors";
import type { StageResult } from "./stage.ts";

/** The message, the expectation, and the top of the stack. */
const LINES_OF_A_FAILURE = 12;

/**
 * Returns the closing report: a table, failures and skipped parts, and one line of sums, alone and
 * last.
 */
export function summary(results: readonly StageResult[]): string {
  const nameWidth = Math.max(...results.map(({ name }) => name.length));
  const rows = results.map((result) => {
    const seconds = `${result.seconds.toFixed(1)} s`.padStart(8);
    return `${colored(result.state)(result.state.padEnd(8))}${result.name.padEnd(nameWidth)}${seconds}  ${counts(result)}`;
  });
  return ["", ...rows, ...failures(results), ...notices(results), "", sums(results)].join("\n");
}

/**
 * Counts a stage that failed without a failed test, such as lint, as one failure: a failed run must
 * not say "0 failed".
 */
function sums(results: readonly StageResult[]): string {
  let passed = 0;
  let failed = 0;
  for (const { state, tests } of results) {
    passed += tests?.passed ?? 0;
    failed += state === "failed" ? Math.max(tests?.failed ?? 0, 1) : 0;
  }
  return `${passed} passed, ${failed} failed`;
}

function counts({ tests }: StageResult): string {
  if (tests === undefined) return "";
  return `${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped`;
}

/**
 * Lists the failed tests with their errors, so that the end of a long log is enough. Those that
 * failed for good come last.
 */
function failures(results: readonly StageResult[]): readonly string[] {
  const all = results.flatMap(({ name, failures = [] }) => failures.map((failure) => ({ name, ...failure })));
  return [...all.filter(({ retried }) => retried), ...all.filter(({ retried }) => !retried)].flatMap(
    ({ name, file, title, message, retried }) => {
      const heading = `${name}: ${[file, title].filter(Boolean).join(" > ")}`;
      return [
        "",
        pc.bold(retried ? pc.yellow(`RAN ONCE MORE: ${heading}`) : pc.red(`FAILED: ${heading}`)),
        ...message.split("\n").filter(isOurs).slice(0, LINES_OF_A_FAILURE),
      ];
    },
  );
}

/** Frames inside the test runner are not informative. */
function isOurs(line: string): boolean {
  return !/^\s*at .*(?:node_modules|node:internal|new Promise)/.test(line);
}

function notices(results: readonly StageResult[]): readonly string[] {
  const reasons = new Set(results.map(({ reason }) => reason).filter((reason) => reason !== undefined));
  return [...reasons].flatMap((reason) => {
    const names = results.filter((result) => result.reason === reason).map(({ name }) => name);
    return ["", pc.bold(pc.yellow(`DID NOT RUN: ${names.join("; ")}`)), pc.yellow(reason)];
  });
}

function colored(state: StageResult["state"]): (text: string) => string {
  switch (state) {
    case "passed":
      return pc.green;
    case "failed":
      return pc.red;
    case "not run":
      return pc.yellow;
  }
}
