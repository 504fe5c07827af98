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
}

/** A service of a generated module. */
export interface FoundService {
  readonly service: Service<object>;
  /** Absolute path of its module. */
  readonly file: string;
}

/**
 * Finds a service by its name on the wire.
 * @throws {UsageError} if no generated module declares it, or none that does can be imported.
 */
export async function findService(name: string, search: ContractSearch): Promise<FoundService> {
  const modules = await generatedModules(search);
  const failures: string[] = [];
  const others = new Set<string>();
  for (const { file, services } of modules) {
    if (!services.includes(name)) {
      for (const other of services) others.add(other);
      continue;
    }
    try {
      const found = (await servicesOf(file)).find(({ definition }) => definition.name === name);
      if (found !== undefined) return { service: found, file };
    } catch (error) {
      failures.push(importFailure(file, error));
    }
  }
  if (failures.length > 0) throw new UsageError(failures.join("\n"));
  const where =
    search.files.length > 0
      ? search.files.join(", ")
      : `a generated module (*.crosspane.ts) in ${search.cwd}`;
  const known = others.size === 0 ? "" : `; found: ${[...others].sort().join(", ")}`;
  throw new UsageError(
    `no contract of the service ${name} in ${where}${known}. Name its generated module with --contract, or run in its project.`,
  );
}

interface GeneratedModule {
  readonly file: string;
  /** Names of its services, read from its text. */
  readonly services: readonly string[];
}

async function generatedModules(search: ContractSearch): Promise<readonly GeneratedModule[]> {
  const files = search.files.length > 0 ? await named(search) : await inFolder(search.cwd);
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(file, "utf8");
      const services = [...text.matchAll(/defineService[^(]*\(\{\s*name: ("(?:[^"\\]|\\.)*")/g)];
      return { file, services: services.map(([, name]) => JSON.parse(name as string) as string) };
    }),
  );
}

async function named({ cwd, files }: ContractSearch): Promise<readonly string[]> {
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

/** Finds generated modules below a folder; sources come before files that were built from them. */
async function inFolder(cwd: string): Promise<readonly string[]> {
  const exclude = (path: string) => /(?:^|[\\/])(?:node_modules|\.git)$/.test(path);
  const files: string[] = [];
  for await (const file of glob("**/*.crosspane.{ts,mts,js,mjs}", { cwd, exclude })) {
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
