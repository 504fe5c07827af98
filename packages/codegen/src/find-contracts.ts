import { glob, readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { ConfigError, type GenerateOptions } from "./config.js";
import { forwardSlashes, isContractPath } from "./contract-paths.js";
import type { ProjectOptions } from "./read/contract-project.js";
import { findTsconfig, readTsconfigs, type TsconfigProject } from "./read/tsconfig.js";

/** Contracts that are compiled with the same options. */
export interface ContractGroup {
  /** Absolute paths with forward slashes, in order. */
  readonly files: readonly string[];
  /** Undefined where there is no tsconfig. */
  readonly options: ProjectOptions | undefined;
}

/** Where contracts were looked for and found. */
export interface FoundContracts {
  readonly groups: readonly ContractGroup[];
  /** The tsconfigs that were read. */
  readonly tsconfigs: readonly string[];
  /** How many files were looked at. */
  readonly scanned: number;
}

/**
 * Finds the files with `@service` in them, by text, before a compiler sees any.
 *
 * @param options what to generate
 * @param cwd absolute path
 * @throws {ConfigError} if a tsconfig is missing or broken, or a file or glob matches nothing
 */
export async function findContracts(options: GenerateOptions, cwd: string): Promise<FoundContracts> {
  const tsconfig = options.project === undefined ? findTsconfig(cwd) : resolve(cwd, options.project);
  const projects = tsconfig === undefined ? [] : readTsconfigs(tsconfig);
  const tsconfigs = projects.map((project) => project.path);
  if (options.files !== undefined && options.files.length > 0) {
    const files = await matchFiles(options.files, cwd);
    return { groups: await groupFiles(files, projects), tsconfigs, scanned: files.length };
  }
  if (tsconfig === undefined) {
    throw new ConfigError(
      `there is no tsconfig.json in ${forwardSlashes(cwd)} or above it: name one with --project, or name the contract files`,
    );
  }
  const files = [...new Set(projects.flatMap((project) => project.files.map(forwardSlashes)))].filter(
    isContractPath,
  );
  return { groups: await groupFiles(files, projects), tsconfigs, scanned: files.length };
}

async function matchFiles(patterns: readonly string[], cwd: string): Promise<readonly string[]> {
  const files = new Set<string>();
  for (const pattern of patterns) {
    const before = files.size;
    const isFile = await stat(resolve(cwd, pattern)).then(
      (found) => found.isFile(),
      () => false,
    );
    const matches = isFile ? [pattern] : await matchGlob(pattern, cwd);
    for (const match of matches) files.add(forwardSlashes(resolve(cwd, match)));
    if (files.size === before && matches.length === 0) {
      throw new ConfigError(`no contract file matches ${forwardSlashes(pattern)} in ${forwardSlashes(cwd)}`);
    }
  }
  return [...files].sort();
}

async function matchGlob(pattern: string, cwd: string): Promise<readonly string[]> {
  const matches: string[] = [];
  const exclude = (path: string) => /(?:^|[\\/])(?:node_modules|\.git)$/.test(path);
  for await (const match of glob(forwardSlashes(pattern), { cwd, exclude })) {
    if (isContractPath(match)) matches.push(match);
  }
  return matches;
}

/** Puts the files that mention `@service` into the first project that has them. */
async function groupFiles(
  files: readonly string[],
  projects: readonly TsconfigProject[],
): Promise<readonly ContractGroup[]> {
  const groups = new Map<TsconfigProject | undefined, string[]>();
  const members = projects.map((project) => ({ project, files: new Set(project.files.map(forwardSlashes)) }));
  for (const file of [...files].sort()) {
    if (!(await readFile(file, "utf8")).includes("@service")) continue;
    const owner = members.find((each) => each.files.has(file))?.project ?? projects[0];
    groups.set(owner, [...(groups.get(owner) ?? []), file]);
  }
  return [...groups].map(([project, grouped]) => ({ files: grouped, options: project?.options }));
}
