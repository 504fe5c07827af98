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

/** The tests that failed, and the files that could not run theirs. */
export function readFailures({ testResults }: VitestResults): readonly TestFailure[] {
  return testResults.flatMap(({ name, status, message, assertionResults }): readonly TestFailure[] => {
    const file = fromRoot(name);
    const failed = assertionResults.filter((result) => result.status === "failed");
    if (failed.length === 0 && status === "failed") return [{ file, title: "", message: plain(message) }];
    return failed.map(({ fullName, failureMessages }) => ({
      file,
      title: fullName,
      message: plain(failureMessages?.join("\n") ?? ""),
    }));
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
