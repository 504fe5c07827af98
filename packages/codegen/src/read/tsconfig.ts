import { dirname, resolve } from "node:path";
import { ts } from "ts-morph";
import { ConfigError } from "../config.js";
import type { ProjectOptions } from "./contract-project.js";

/** A project that may have contracts: files that are compiled with the same options. */
export interface TsconfigProject {
  readonly path: string;
  readonly files: readonly string[];
  readonly options: ProjectOptions;
}

/**
 * Reads a tsconfig. One without files of its own stands for the projects that it references. For
 * one with files, references are not followed, because those projects generate their own modules.
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

/** Finds the nearest `tsconfig.json` at or above a folder. */
export function findTsconfig(folder: string): string | undefined {
  return ts.findConfigFile(absolute(folder), ts.sys.fileExists);
}

/** True if generated code has to import TypeScript files by their own extension. */
export function importsTypeScriptFiles(options: ProjectOptions): boolean {
  return options.allowImportingTsExtensions === true || options.rewriteRelativeImportExtensions === true;
}

/** Returns an absolute path with forward slashes, which TypeScript requires on every system. */
function absolute(path: string): string {
  return resolve(path).replaceAll("\\", "/");
}

function parseTsconfig(file: string): ts.ParsedCommandLine {
  if (!ts.sys.fileExists(file)) throw new ConfigError(`there is no tsconfig at ${file}`);
  const { config, error } = ts.readConfigFile(file, ts.sys.readFile);
  if (error !== undefined) throw new ConfigError(describe(error, file));
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, dirname(file), undefined, file);
  // A tsconfig without files of its own is valid: it may only reference others.
  const fatal = parsed.errors.find(
    (each) => each.category === ts.DiagnosticCategory.Error && each.code !== 18002 && each.code !== 18003,
  );
  if (fatal !== undefined) throw new ConfigError(describe(fatal, file));
  return parsed;
}

function describe(error: ts.Diagnostic, file: string): string {
  return `cannot read ${file}: ${ts.flattenDiagnosticMessageText(error.messageText, " ")}`;
}
