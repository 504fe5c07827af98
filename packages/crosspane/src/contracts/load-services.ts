import { glob, readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Service } from "@crosspane/core";
import { UsageError } from "../usage-error.js";
import { registerModuleHooks } from "./module-hooks.js";

/** Places to look for generated modules. */
export interface ContractSearch {
  /** Folder that is searched, and that relative paths start from. */
  readonly cwd: string;
  /** Generated modules that the user named; the whole folder is searched if there are none. */
  readonly files: readonly string[];
  /** Ends the search. */
  readonly signal?: AbortSignal | undefined;
}

/** A generated module. It is not imported before one of its services is needed. */
export interface GeneratedModule {
  /** Absolute path. */
  readonly file: string;
  /** Names of its services on the wire, read from its text. */
  readonly services: readonly string[];
}

/**
 * Finds generated modules. Sources come before the files that were built from them.
 * @throws {UsageError} if a file that the user named does not exist or is not a generated module.
 */
export async function findModules(search: ContractSearch): Promise<readonly GeneratedModule[]> {
  const files = search.files.length > 0 ? await namedFiles(search) : await filesInFolder(search);
  const modules: GeneratedModule[] = [];
  for (const file of files) {
    // A file that cannot be read, such as a folder of that name, declares no service.
    const text = await readFile(file, "utf8").catch(() => "");
    const names = text.matchAll(/defineService[^(]*\(\{\s*name: ("(?:[^"\\]|\\.)*")/g);
    modules.push({ file, services: [...names].map(([, name]) => JSON.parse(name as string) as string) });
  }
  return modules;
}

/**
 * Imports the first module that declares a service, which runs the module and its contract.
 * @returns undefined if no module declares the service.
 * @throws {UsageError} if none that declares it can be imported.
 */
export async function importService(
  name: string,
  modules: readonly GeneratedModule[],
): Promise<Service<object> | undefined> {
  const failures: string[] = [];
  for (const { file, services } of modules) {
    if (!services.includes(name)) continue;
    try {
      const found = (await servicesOf(file)).find(({ definition }) => definition.name === name);
      if (found !== undefined) return found;
    } catch (error) {
      failures.push(importFailure(file, error));
    }
  }
  if (failures.length > 0) throw new UsageError(failures.join("\n"));
  return undefined;
}

/**
 * Finds a service by its name on the wire.
 * @throws {UsageError} if no generated module declares it, or none that does can be imported.
 */
export async function findService(name: string, search: ContractSearch): Promise<Service<object>> {
  const modules = await findModules(search);
  const found = await importService(name, modules);
  if (found !== undefined) return found;
  const where =
    search.files.length > 0
      ? search.files.join(", ")
      : `a generated module (*.crosspane.ts) in ${search.cwd}`;
  const names = [...new Set(modules.flatMap(({ services }) => services))].sort();
  const known = names.length === 0 ? "" : `; found: ${names.join(", ")}`;
  throw new UsageError(
    `no contract of the service ${name} in ${where}${known}. Name its generated module with --contract, or run in its project.`,
  );
}

async function namedFiles({ cwd, files }: ContractSearch): Promise<readonly string[]> {
  return Promise.all(
    files.map(async (file) => {
      const path = resolve(cwd, file);
      const found = await stat(path).catch(() => undefined);
      if (found === undefined) throw new UsageError(`there is no contract ${file} in ${cwd}`);
      if (!/\.crosspane\.m?[jt]s$/.test(path)) {
        throw new UsageError(
          `${file} is not a generated module: run \`crosspane generate\`, and name the *.crosspane.ts beside it`,
        );
      }
      return path;
    }),
  );
}

async function filesInFolder({ cwd, signal }: ContractSearch): Promise<readonly string[]> {
  const exclude = (path: string) => /(?:^|[\\/])(?:node_modules|\.git)$/.test(path);
  const files: string[] = [];
  for await (const file of glob("**/*.crosspane.{ts,mts,js,mjs}", { cwd, exclude })) {
    signal?.throwIfAborted();
    if (!/\.d\.m?ts$/.test(file)) files.push(resolve(cwd, file));
  }
  const rank = (file: string) => (/ts$/.test(file) ? 0 : 1);
  return files.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

async function servicesOf(file: string): Promise<readonly Service<object>[]> {
  registerModuleHooks();
  const exports = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  return Object.values(exports).filter(isService);
}

function isService(value: unknown): value is Service<object> {
  const definition = (value as Partial<Service<object>> | null)?.definition;
  return typeof definition === "object" && Array.isArray(definition.methods);
}

function importFailure(file: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const remedy =
    code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX"
      ? ". Node cannot run this TypeScript as it is: build the project, and name the built module with --contract."
      : "";
  return `cannot import ${file}: ${message}${remedy}`;
}
