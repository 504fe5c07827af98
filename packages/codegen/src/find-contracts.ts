import { glob, readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { ConfigError, type GenerateOptions } from "./config.js";
import { forwardSlashes, isContractPath, isGeneratedPath, outputPath } from "./contract-paths.js";
import type { ProjectOptions } from "./read/contract-project.js";
import { findTsconfig, readTsconfigs, type TsconfigProject } from "./read/tsconfig.js";

/** Contracts that are compiled with the same options. */
export interface ContractGroup {
  /** Absolute paths with forward slashes, in order. */
  readonly files: readonly string[];
  /** Undefined if there is no tsconfig. */
  readonly options: ProjectOptions | undefined;
}

/** The result of the search for contracts. */
export interface FoundContracts {
  readonly groups: readonly ContractGroup[];
  /** The tsconfigs that were read. */
  readonly tsconfigs: readonly string[];
  /** Number of files that were searched. */
  readonly scanned: number;
  /** Existing generated files: those of the projects, or those beside the files that were named. */
  readonly generated: readonly string[];
  /** With `check`: the other generated files of the projects of the files that were named. */
  readonly elsewhere: readonly string[];
}

/**
 * Finds the files with `@service` in them, by text, before a compiler reads any.
 *
 * @param options options for `generate`
 * @param cwd absolute path
 * @throws {ConfigError} if a tsconfig is missing or broken, or a file or glob matches nothing
 */
export async function findContracts(options: GenerateOptions, cwd: string): Promise<FoundContracts> {
  if (options.files !== undefined && options.files.length > 0) {
    const files = await matchFiles(options.files, cwd);
    const named = options.project === undefined ? undefined : resolve(cwd, options.project);
    return groupNamed(files, named, options.check === true);
  }
  const tsconfig = options.project === undefined ? findTsconfig(cwd) : resolve(cwd, options.project);
  if (tsconfig === undefined) {
    throw new ConfigError(
      `there is no tsconfig.json in ${forwardSlashes(cwd)} or above it: name one with --project, or name the contract files`,
    );
  }
  const projects = readTsconfigs(tsconfig);
  const all = [...new Set(projects.flatMap((project) => project.files.map(forwardSlashes)))];
  const files = all.filter(isContractPath);
  return {
    groups: await groupFiles(files, () => projects),
    tsconfigs: projects.map((project) => project.path),
    scanned: files.length,
    generated: all.filter(isGeneratedPath),
    elsewhere: [],
  };
}

/** Returns false if a text cannot be a contract's. */
export function mentionsService(text: string): boolean {
  return /@service/i.test(text);
}

/** Groups the named files by the tsconfig that is nearest to each, unless one was named too. */
async function groupNamed(
  files: readonly string[],
  named: string | undefined,
  check: boolean,
): Promise<FoundContracts> {
  const known = new Map<string | undefined, readonly TsconfigProject[]>();
  const projectsOf = (file: string): readonly TsconfigProject[] => {
    const tsconfig = named ?? findTsconfig(dirname(file));
    const projects = known.get(tsconfig) ?? (tsconfig === undefined ? [] : readTsconfigs(tsconfig));
    known.set(tsconfig, projects);
    return projects;
  };
  const groups = await groupFiles(files, projectsOf);
  const generated = new Set(files.map(outputPath));
  const projects = new Set(check ? files.flatMap(projectsOf) : []);
  const elsewhere = new Set([...projects].flatMap((project) => project.files.map(forwardSlashes)));
  return {
    groups,
    tsconfigs: [...known.values()].flatMap((projects) => projects.map((project) => project.path)),
    scanned: files.length,
    generated: [...generated],
    elsewhere: [...elsewhere].filter((file) => isGeneratedPath(file) && !generated.has(file)),
  };
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

/** Assigns the files that mention `@service` to the first of their projects that has them. */
async function groupFiles(
  files: readonly string[],
  projectsOf: (file: string) => readonly TsconfigProject[],
): Promise<readonly ContractGroup[]> {
  const groups = new Map<TsconfigProject | undefined, string[]>();
  const members = new Map<TsconfigProject, ReadonlySet<string>>();
  const has = (project: TsconfigProject, file: string): boolean => {
    const known = members.get(project) ?? new Set(project.files.map(forwardSlashes));
    members.set(project, known);
    return known.has(file);
  };
  for (const file of [...files].sort()) {
    if (!mentionsService(await readFile(file, "utf8"))) continue;
    const projects = projectsOf(file);
    const owner = projects.find((project) => has(project, file)) ?? projects[0];
    groups.set(owner, [...(groups.get(owner) ?? []), file]);
  }
  return [...groups].map(([project, grouped]) => ({ files: grouped, options: project?.options }));
}
