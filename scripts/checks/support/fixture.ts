import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Check, Finding } from "../check.ts";

/** Files by their path in the repository. */
export type FixtureFiles = Readonly<Record<string, string>>;

export interface Fixture extends AsyncDisposable {
  readonly root: string;
}

/** Creates a small repository to run a check on. */
export async function fixture(files: FixtureFiles): Promise<Fixture> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), "crosspane-check-")));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.join(root, path.dirname(file)), { recursive: true });
    await writeFile(path.join(root, file), text);
  }
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}

/** Returns the findings of a check in such files. */
export async function findingsIn(check: Check, files: FixtureFiles): Promise<readonly Finding[]> {
  await using folder = await fixture(files);
  return await check.run(folder.root);
}

/** Returns the places of findings, `file:line` or `file`, in order. */
export function placesOf(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ file, line }) => (line === undefined ? file : `${file}:${line}`)).sort();
}
