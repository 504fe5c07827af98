import { readFile, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import {
  checkContracts,
  occupiedOutput,
  orphanedOutput,
  type PlannedOutput,
} from "./check/check-contracts.js";
import type { Diagnostic } from "./check/diagnostic.js";
import { ConfigError, type GenerateOptions, type ImportExtension, type Progress } from "./config.js";
import { displayPath, outputPath } from "./contract-paths.js";
import { emitModule, headerStart, type ImportForm, sourceOf } from "./emit/emit-module.js";
import { type FoundContracts, findContracts, mentionsService } from "./find-contracts.js";
import { openContractProject, type ProjectOptions, readFiles } from "./read/contract-project.js";
import { readContract } from "./read/read-contract.js";
import { importsTypeScriptFiles } from "./read/tsconfig.js";
import { findRuntimeModule } from "./runtime-module.js";

/** One generated file. */
export interface GeneratedFile {
  /** Absolute path with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** `drifted`: differs from the file on disk, and was not written because of `check`. */
  readonly status: "written" | "unchanged" | "drifted";
}

/** The result of a run. */
export interface GenerateResult {
  readonly files: readonly GeneratedFile[];
  /**
   * All problems that prevent contracts from being generated. A contract with any is not written,
   * the others are.
   */
  readonly diagnostics: readonly Diagnostic[];
  /**
   * Contracts whose generated modules import a package that no `package.json` above them declares.
   * Such a module works only where the package manager lets code import what it does not declare.
   */
  readonly undeclared: readonly string[];
  /**
   * Files that the output depends on: contracts, their imports, the tsconfigs, and each
   * `package.json` above a contract.
   */
  readonly inputs: readonly string[];
  /** Number of files that were searched for contracts. */
  readonly scanned: number;
}

/**
 * Generates the modules of all contracts that the options name.
 *
 * @param options the defaults are those of `crosspane generate`
 * @throws {ConfigError} if a tsconfig is missing or broken, a file or glob matches nothing, or an
 * output cannot be written
 */
export async function generate(options: GenerateOptions = {}): Promise<GenerateResult> {
  const cwd = resolve(options.cwd ?? ".");
  const found = await findContracts(options, cwd);
  const report = progressReporter(options, cwd, found.groups.flatMap((group) => group.files).length);
  const plans: Plan[] = [];
  const inputs = new Set<string>(found.tsconfigs);
  const undeclared: string[] = [];
  for (const group of found.groups) {
    const project = openContractProject(group.files, group.options);
    const extension = extensionFor(options.importExtension ?? "auto", group.options);
    for (const file of group.files) {
      report("read", file);
      const contract = readContract(project, file);
      if (contract === undefined) continue;
      const runtime = await findRuntimeModule(contract.file);
      if (runtime.declaredBy === undefined) undeclared.push(contract.file);
      for (const manifest of runtime.read) inputs.add(manifest);
      const output = outputPath(contract.file);
      plans.push({ contract, output, runtimeModule: runtime.specifier, extension });
    }
    for (const file of readFiles(project)) inputs.add(file);
  }
  const diagnostics = [...checkContracts(plans)];
  const files: GeneratedFile[] = [];
  for (const plan of plans) {
    if (diagnostics.some((each) => each.contract === plan.contract.file)) continue;
    report("emit", plan.contract.file);
    const text = emitModule(plan.contract, plan);
    const existing = await readFile(plan.output, "utf8").catch(() => undefined);
    if (existing !== undefined && !existing.startsWith(headerStart)) diagnostics.push(occupiedOutput(plan));
    else files.push(await settle(plan.output, { text, existing, check: options.check === true }));
  }
  diagnostics.push(...(await findOrphans(found, plans)));
  return { files, diagnostics, undeclared, inputs: [...inputs].sort(), scanned: found.scanned };
}

/**
 * Returns generated files that no contract generates any more; other files with such a name are
 * left out.
 */
async function findOrphans(
  { generated, elsewhere }: FoundContracts,
  plans: readonly Plan[],
): Promise<Diagnostic[]> {
  const outputs = new Set(plans.map(({ output }) => output));
  const orphans: Diagnostic[] = [];
  const known = new Set(generated);
  for (const path of [...generated, ...elsewhere]) {
    if (outputs.has(path)) continue;
    const source = sourceOf(await readText(path));
    if (source === undefined) continue;
    // The contract may be one that this run does not read.
    if (!known.has(path) && mentionsService(await readText(resolve(dirname(path), source)))) continue;
    orphans.push(orphanedOutput(path, source));
  }
  return orphans;
}

async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}

interface Plan extends PlannedOutput, ImportForm {}

async function settle(
  path: string,
  {
    text,
    existing,
    check,
  }: { readonly text: string; readonly existing: string | undefined; readonly check: boolean },
): Promise<GeneratedFile> {
  // A checkout may convert line endings to those of its system.
  if (existing?.replaceAll("\r\n", "\n") === text) return { path, text, status: "unchanged" };
  if (check) return { path, text, status: "drifted" };
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new ConfigError(`cannot write ${path}: ${(error as Error).message}`);
  }
  return { path, text, status: "written" };
}

function extensionFor(wanted: ImportExtension, options: ProjectOptions | undefined): Plan["extension"] {
  if (wanted === "auto") return options !== undefined && importsTypeScriptFiles(options) ? ".ts" : ".js";
  return wanted === "none" ? "" : `.${wanted}`;
}

function progressReporter(options: GenerateOptions, cwd: string, total: number) {
  const counts = { read: 0, emit: 0 };
  return (stage: Progress["stage"], file: string): void => {
    counts[stage] += 1;
    options.onProgress?.({ stage, file: displayPath(file, cwd), index: counts[stage], total });
  };
}
