import { stripVTControlCharacters } from "node:util";
import type { TestFailure } from "./stage.ts";

/** The part that is used of what Vitest's reporter `json` writes (https://vitest.dev/guide/reporters#json-reporter). */
interface VitestResults {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    /** Set where the file broke as a whole. */
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[] | null;
    }[];
  }[];
}

/** The tests that failed, also those that passed when they ran once more, and the files that could not run theirs. */
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

/** Vitest names files by where they lie, which differs between this system and the lane. */
function fromRoot(file: string): string {
  const plainFile = file.replaceAll("\\", "/");
  const found = /(?:packages|examples|bench|scripts)\/.*$/.exec(plainFile);
  return found?.[0] ?? plainFile;
}

function plain(text: string): string {
  return stripVTControlCharacters(text).trim();
}
