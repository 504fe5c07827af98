import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Test files that take half a minute or more. */
export const LONGEST: readonly string[] = [
  "transports/src/soak.test.ts",
  "transports/src/crash-points.test.ts",
  "transports/src/conformance-pipe.test.ts",
  "transports/src/conformance-stdio.test.ts",
  "transports/src/conformance-copydata.test.ts",
  "transports/src/start-stop.test.ts",
  "transports/src/conformance-shm.test.ts",
  "transports/src/conformance-tcp.test.ts",
  "transports/src/restart.test.ts",
  "bench/main.test.ts",
  "transports/src/process-life.test.ts",
  "transports/src/copy-data/pump-life.test.ts",
  "transports/src/program-signer.test.ts",
  "transports/src/process-death.conformance.test.ts",
  "transports/src/spawn/connect-or-spawn.test.ts",
  "codegen/src/scale.test.ts",
  "core/src/connection/interleavings.test.ts",
  "sqlite-service/src/client.test.ts",
  "daemon/src/daemon.test.ts",
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
