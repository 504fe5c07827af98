import { stripVTControlCharacters } from "node:util";
import type { TestFailure } from "./stage.ts";

/**
 * The part of the output of Vitest's reporter `json` that is used
 * (https://vitest.dev/guide/reporters#json-reporter).
 */
interface VitestResults {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    /** Set if the file failed as a whole. */
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[] | null;
    }[];
  }[];
}

/**
 * Returns the tests that failed, including those that passed on the second run, and the files that
 * could not run theirs.
 */
export function readFailures({ testResults }: VitestResults): readonly TestFailure[] {
  return testResults.flatMap(({ name, status, message, assertionResults }): readonly TestFailure[] => {
    const file = fromRoot(name);
    const broke = status === "failed" && !assertionResults.some((result) => result.status === "failed");
    const whole = broke ? [{ file, title: "", message: plain(message), retried: false }] : [];
    const failed = assertionResults.filter(
      ({ status, failureMessages }) => status === "failed" || (failureMessages?.length ?? 0) > 0,
    );
    return [
      ...whole,
      ...failed.map(({ fullName, status, failureMessages }) => ({
        file,
        title: fullName,
        message: plain(failureMessages?.join("\n") ?? ""),
        retried: status === "passed",
      })),
    ];
  });
}

/** Normalizes file names, because Vitest's paths differ between this system and the lane. */
function fromRoot(file: string): string {
  const plainFile = file.replaceAll("\\", "/");
  const found = /(?:packages|examples|bench|scripts)\/.*$/.exec(plainFile);
  return found?.[0] ?? plainFile;
}

function plain(text: string): string {
  return stripVTControlCharacters(text).trim();
}
