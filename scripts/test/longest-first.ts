import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Test files that take a minute or more under Wine. */
const LONGEST = [
  "transports/src/conformance.test.ts",
  "transports/src/soak.test.ts",
  "transports/src/crash-points.test.ts",
  "transports/src/start-stop.test.ts",
  "transports/src/restart.test.ts",
];

/**
 * Begins with the files that take longest, which Vitest cannot know in a fresh clone. Otherwise one
 * of them, last and alone, would keep all other workers idle.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => LONGEST.findIndex((name) => moduleId.endsWith(name));
    const long = files.filter((file) => place(file) >= 0).sort((one, other) => place(one) - place(other));
    return [...long, ...(await super.sort(files.filter((file) => place(file) < 0)))];
  }
}
