import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

/** Under Wine the links to the packages of this workspace cannot be followed. */
const underWine = process.env["WINEHOMEDIR"] !== undefined;

/** A user's project with its own tests, which run on the built packages. */
const project = fileURLToPath(new URL("../fixtures/test-runners/", import.meta.url));

/** The tests of one transport in `orders-tests.ts`. */
const perTransport = 8;

/** The part that is used of what both runners write with `json`. */
interface Results {
  readonly numTotalTests: number;
  readonly numPassedTests: number;
  /** Of jest, with `--detectOpenHandles`. */
  readonly openHandles?: readonly unknown[];
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly failureMessages?: readonly string[] | null;
    }[];
  }[];
}

test.skipIf(underWine).each([
  ["with timers of its own and of the test", 4, ["--config", "jest.config.json"]],
  ["in worker processes", 4, ["--config", "jest.config.json", "--maxWorkers=2"]],
  ["looking for open handles", 4, ["--config", "jest.config.json", "--detectOpenHandles"]],
  ["with timers replaced before all is loaded", 1, ["--config", "jest-globally.config.json"]],
])("jest passes and ends by itself, %s", async (_, transports, args) => {
  const { results, code, said } = await run("jest", "bin/jest.js", (folder) => [
    "--json",
    ...["--outputFile", path.join(folder, "results.json")],
    ...["--cacheDirectory", path.join(folder, "cache")],
    ...(args.some((each) => each.startsWith("--maxWorkers")) ? [] : ["--runInBand"]),
    ...args,
  ]);
  expect(failuresOf(results)).toEqual([]);
  expect(results).toMatchObject(allPassed(transports));
  expect(results.openHandles ?? []).toEqual([]);
  // jest says so of handles and worker processes that it had to end.
  expect(said).not.toMatch(/open handle|did not exit|force exited|failed to exit/);
  expect(code).toBe(0);
});

test.skipIf(underWine)(
  "Vitest passes and ends by itself, with timers of its own and of the test",
  async () => {
    const { results, code } = await run("vitest", "vitest.mjs", (folder) => [
      ...["run", "--reporter=json"],
      `--outputFile=${path.join(folder, "results.json")}`,
    ]);
    expect(failuresOf(results)).toEqual([]);
    expect(results).toMatchObject(allPassed(4));
    expect(code).toBe(0);
  },
);

/** Runs the project's tests by a runner that the repository has installed, and reads its `results.json`. */
async function run(name: string, bin: string, args: (folder: string) => readonly string[]) {
  const folder = await mkdtemp(path.join(tmpdir(), "crosspane-runner-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const program = path.join(
    path.dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)),
    bin,
  );
  // jest loads ES modules by `node:vm` (https://jestjs.io/docs/ecmascript-modules).
  const child = spawn(
    process.execPath,
    ["--experimental-vm-modules", "--no-warnings", program, ...args(folder)],
    { cwd: project, stdio: ["ignore", "pipe", "pipe"], env: withoutVitest() },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "close");
  const said = (await Promise.all([text(child.stdout), text(child.stderr)])).join("\n");
  const [code] = await ended;
  const file = path.join(folder, "results.json");
  if (!existsSync(file)) throw new Error(`${name} ended with ${code} and no results: ${said}`);
  return { results: JSON.parse(await readFile(file, "utf8")) as Results, code, said };
}

/** The tests of the project are not those of the run that this one belongs to. */
function withoutVitest(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:VITEST|JEST|NODE_ENV|TEST$)/.test(name)),
  );
}

function allPassed(transports: number): Partial<Results> {
  const count = transports * perTransport;
  return { numTotalTests: count, numPassedTests: count };
}

function failuresOf({ testResults }: Results): readonly string[] {
  return testResults.flatMap(({ message, assertionResults }) => {
    const failed = assertionResults.flatMap(({ fullName, failureMessages }) =>
      (failureMessages ?? []).map((failure) => `${fullName}: ${failure}`),
    );
    return failed.length > 0 || message === "" ? failed : [message];
  });
}
