import { dirname, resolve } from "node:path";
import { ts } from "ts-morph";
import { ConfigError } from "../config.js";
import type { ProjectOptions } from "./contract-project.js";

/** One project that can have contracts: files that are compiled with the same options. */
export interface TsconfigProject {
  readonly path: string;
  readonly files: readonly string[];
  readonly options: ProjectOptions;
}

/**
 * Reads a tsconfig. One without files of its own stands for those that it refers to; one with files is alone, because
 * what it refers to is another project's to generate.
 *
 * @param path path of the tsconfig
 * @returns the projects, each once
 * @throws {ConfigError} if one of them cannot be read
 */
export function readTsconfigs(path: string): readonly TsconfigProject[] {
  const projects = new Map<string, TsconfigProject>();
  const pending = [absolute(path)];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const file = ts.sys.directoryExists(next) ? `${next}/tsconfig.json` : next;
    if (projects.has(file)) continue;
    const parsed = parseTsconfig(file);
    projects.set(file, { path: file, files: parsed.fileNames, options: parsed.options });
    if (parsed.fileNames.length > 0) continue;
    for (const reference of parsed.projectReferences ?? []) pending.push(absolute(reference.path));
  }
  return [...projects.values()];
}

/** The nearest `tsconfig.json` at or above a folder. */
export function findTsconfig(folder: string): string | undefined {
  return ts.findConfigFile(absolute(folder), ts.sys.fileExists);
}

/** How generated code has to name a TypeScript file that it imports. */
export function importsTypeScriptFiles(options: ProjectOptions): boolean {
  return options.allowImportingTsExtensions === true || options.rewriteRelativeImportExtensions === true;
}

/** TypeScript takes paths with forward slashes only, on every system. */
function absolute(path: string): string {
  return resolve(path).replaceAll("\\", "/");
}

function parseTsconfig(file: string): ts.ParsedCommandLine {
  if (!ts.sys.fileExists(file)) throw new ConfigError(`there is no tsconfig at ${file}`);
  const { config, error } = ts.readConfigFile(file, ts.sys.readFile);
  if (error !== undefined) throw new ConfigError(describe(error, file));
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, dirname(file), undefined, file);
  // A tsconfig without files of its own is fine: it may be one that only refers to others.
  const fatal = parsed.errors.find(
    (each) => each.category === ts.DiagnosticCategory.Error && each.code !== 18002 && each.code !== 18003,
  );
  if (fatal !== undefined) throw new ConfigError(describe(fatal, file));
  return parsed;
}

function describe(error: ts.Diagnostic, file: string): string {
  return `cannot read ${file}: ${ts.flattenDiagnosticMessageText(error.messageText, " ")}`;
}
