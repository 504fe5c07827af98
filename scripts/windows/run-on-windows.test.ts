import { describe, expect, test, vi } from "vitest";
import { repository } from "../repository.ts";
import { collect, fixture, hasLane } from "./lane-test-kit.ts";
import { toWindowsPath } from "./visible-paths.ts";
import { WINDOWS_NODE_VERSIONS } from "./windows-node.ts";

describe.runIf(await hasLane())("a script on Windows", () => {
  test.each(WINDOWS_NODE_VERSIONS)("runs on Node %s", async (node) => {
    const { exitCode, stdout } = await collect({ script: fixture("report"), node });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout.toString())).toMatchObject({
      version: expect.stringMatching(`^v${node}\\.`),
      platform: "win32",
      cwd: toWindowsPath(repository),
    });
  });

  test("gets its arguments unchanged", async () => {
    const args = [
      "two words",
      'quo"ted',
      "it's",
      "back\\slash\\",
      '\\"',
      "",
      "ünï☃😀",
      "%PATH%",
      "*.mjs",
      "$HOME",
      "--",
    ];
    const { stdout } = await collect({ script: fixture("report"), args });
    expect(JSON.parse(stdout.toString()).args).toEqual(args);
  });

  test("gets the given environment and not that of the user", async () => {
    vi.stubEnv("SECRET", "secret");
    const { stdout } = await collect({ script: fixture("report"), env: { GIVEN: "a b", CI: "yes" } });
    expect(JSON.parse(stdout.toString()).seen).toEqual({ GIVEN: "a b", CI: "yes" });
  });

  test("has every byte of its output and its exit code carried through", async () => {
    const { exitCode, stdout, stderr } = await collect({ script: fixture("flood") });
    const block = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
    expect(stdout.length).toBe(1024 * 1024);
    expect(stdout.equals(Buffer.concat(Array.from({ length: 4096 }, () => block)))).toBe(true);
    expect(stderr.toString()).toBe("no newline at the end: é");
    expect(exitCode).toBe(42);
  });

  test("can make a top-level window, and objects of registered COM classes", async () => {
    const { stdout } = await collect({ script: fixture("desktop") });
    expect(JSON.parse(stdout.toString())).toEqual({ isWindowMade: true, count: 0 });
  });

  test("shares no Windows with another run", async () => {
    const script = fixture("own-file");
    const runs = await Promise.all([collect({ script }), collect({ script })]);
    expect(runs.map(({ exitCode, stdout }) => [exitCode, stdout.toString()])).toEqual([
      [0, "made\n"],
      [0, "made\n"],
    ]);
  });

  test("ends at once when it is aborted", async () => {
    const run = collect({ script: fixture("wait"), args: ["ignore"], signal: AbortSignal.timeout(1500) });
    expect((await run).exitCode).toBe(137);
  });
});
