/**
 * Checks that TypeScript finds the types of every entry point of the packed packages, and the right
 * ones: "Are the types wrong?". Only the resolution of Node's ESM and of bundlers counts. The
 * packages are ESM only: Node itself handles `require` from CommonJS, and TypeScript's `node10`
 * resolution does not support subpaths at all.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { repository } from "../repository.ts";
import type { Check, Finding } from "./check.ts";
import { packedPackages } from "./support/packed-packages.ts";

const ATTW = path.join(repository, "node_modules/@arethetypeswrong/cli/dist/index.js");

export const attw: Check = {
  name: "attw",
  title: "TypeScript finds the types of every entry point",
  run: async (root) => {
    const packages = await packedPackages(root);
    const folder = await mkdtemp(path.join(tmpdir(), "crosspane-attw-"));
    try {
      const findings = packages.map(async ({ folder: source, tarball }): Promise<readonly Finding[]> => {
        const file = path.join(folder, `${path.posix.basename(source)}.tgz`);
        await writeFile(file, tarball);
        const message = await problemsOf(file);
        return message === undefined ? [] : [{ file: `${source}/package.json`, message }];
      });
      return (await Promise.all(findings)).flat();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function problemsOf(tarball: string): Promise<string | undefined> {
  const args = [
    "--profile",
    "esm-only",
    "--format",
    "ascii",
    "--no-color",
    "--no-emoji",
    "--no-definitely-typed",
  ];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [ATTW, tarball, ...args]);
    // The tool accepts a package without any types.
    return stdout.includes("does not contain types") ? "has no types" : undefined;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { readonly stdout?: string; readonly stderr?: string };
    return `has entry points whose types are not found or wrong:\n${stdout}${stderr}`.trimEnd();
  }
}
