import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasLane } from "../windows/lane-test-kit.ts";
import { createBundleProject, runBundle } from "./bundle-project.ts";
import { bundlers } from "./bundlers.ts";
import type { ConsumerProject } from "./project.ts";
import { type PackageRegistry, startRegistry } from "./registry.ts";

/** `npm run bundles` tries all bundlers, and `npm test` one. */
const tried = process.env["CROSSPANE_BUNDLERS"] === "all" ? Object.keys(bundlers) : ["esbuild to CommonJS"];

describe.runIf(await hasLane())("a program in one bundle, on Windows", () => {
  let registry: PackageRegistry;
  let project: ConsumerProject;

  beforeAll(async () => {
    registry = await startRegistry();
    project = await createBundleProject(registry);
  });

  afterAll(async () => {
    await project?.[Symbol.asyncDispose]();
    await registry?.[Symbol.asyncDispose]();
  });

  test.each(tried)("of %s has every transport of Windows", async (bundler) => {
    const run = await runBundle(project, bundler, { schemes: ["pipe", "shm", "copydata", "auto"] });
    expect(run).toEqual({
      exitCode: 0,
      stdout: "pipe Hello there\nshm Hello there\ncopydata Hello there\nshm Hello there\n",
    });
  });

  test("without koffi says what is missing, and where it belongs", async () => {
    const [bundler = ""] = tried;
    const { exitCode, stdout } = await runBundle(project, bundler, { schemes: ["shm"], koffi: false });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /koffi is not installed where .*app.* would find it.*@koromix\/koffi-win32-x64 into node_modules beside a bundle/s,
    );
  });
});
