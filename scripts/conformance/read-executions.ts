import type { Execution } from "./conformance-run.ts";

/**
 * The part of the output of Vitest's reporter `json` that is used
 * (https://vitest.dev/guide/reporters#json-reporter).
 */
interface VitestResults {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
    }[];
  }[];
}

/** The files of the suite, one for each transport. */
const SUITE = /(?:^|\/)packages\/transports\/src\/conformance-[a-z-]+\.test\.ts$/;

const PLACES = { "in one process": 1, "between two processes": 2 } as const;

/**
 * Returns the conformance cases among the results of a test run.
 * @throws {Error} for a title that does not name its case and transport
 */
export function readExecutions({ testResults }: VitestResults): readonly Execution[] {
  const results = testResults
    .filter(({ name }) => SUITE.test(name.replaceAll("\\", "/")))
    // Vitest lists files as they ran, several at a time.
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap(({ assertionResults }) => assertionResults)
    // The suites of the transports are groups of tests; tests outside are about the suite itself.
    .filter(({ ancestorTitles }) => ancestorTitles.length > 0);
  // A suite that was left out as a whole was not requested; a single case that did not run has not
  // passed.
  const begun = new Set(results.filter(hasRun).map(({ ancestorTitles }) => ancestorTitles[0]));
  return results
    .filter(({ ancestorTitles }) => begun.has(ancestorTitles[0]))
    .map(({ ancestorTitles, title, status }) => {
      const [transport = "", place = ""] = ancestorTitles[0]?.split(", ") ?? [];
      const processes = (PLACES as Readonly<Record<string, 1 | 2>>)[place];
      const colon = title.indexOf(": ");
      if (processes === undefined || colon < 0)
        throw new Error(`"${ancestorTitles.join(" > ")} > ${title}" is not the title of a conformance case`);
      const [group, name] = [title.slice(0, colon), title.slice(colon + 2)];
      return { transport, processes, group, name, passed: status === "passed" };
    });
}

function hasRun({ status }: { readonly status: string }): boolean {
  return status === "passed" || status === "failed";
}
