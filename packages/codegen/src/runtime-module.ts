import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { forwardSlashes } from "./contract-paths.js";
import { runtimeModules } from "./runtime-symbols.js";

/** The runtime that the generated modules of a folder import. */
export interface RuntimeModule {
  /** Specifier of the import. */
  readonly specifier: string;
  /** The `package.json` that declares its package; undefined if none does. */
  readonly declaredBy: string | undefined;
  /** The `package.json` files that were read. */
  readonly read: readonly string[];
}

/** The part of a `package.json` that says which packages its code can import. */
interface Manifest {
  readonly name?: unknown;
  readonly dependencies?: object;
  readonly peerDependencies?: object;
  readonly optionalDependencies?: object;
  readonly devDependencies?: object;
}

/**
 * Chooses the runtime module by the packages that a project declares, since pnpm and Yarn let code
 * import no others. The nearest `package.json` that declares one of the packages decides. In it,
 * packages that are there at run time come before `devDependencies`, and core before transports.
 *
 * @param contract absolute path of the contract
 * @returns the module of core if no `package.json` declares a package that has one
 */
export async function findRuntimeModule(contract: string): Promise<RuntimeModule> {
  const read: string[] = [];
  for (let folder = dirname(contract); ; folder = dirname(folder)) {
    const path = forwardSlashes(resolve(folder, "package.json"));
    const manifest = await readManifest(path);
    if (manifest !== undefined) {
      read.push(path);
      const specifier = declaredModule(manifest);
      if (specifier !== undefined) return { specifier, declaredBy: path, read };
    }
    if (folder === dirname(folder))
      return { specifier: runtimeModules[0].specifier, declaredBy: undefined, read };
  }
}

function declaredModule(manifest: Manifest): string | undefined {
  const { name, dependencies, peerDependencies, optionalDependencies, devDependencies } = manifest;
  const atRunTime = { ...dependencies, ...peerDependencies, ...optionalDependencies };
  for (const declared of [atRunTime, { ...devDependencies }]) {
    const found = runtimeModules.find(
      (each) => name === each.package || Object.hasOwn(declared, each.package),
    );
    if (found !== undefined) return found.specifier;
  }
  return undefined;
}

/** Returns undefined if there is no such file, or it is not JSON. */
async function readManifest(path: string): Promise<Manifest | undefined> {
  try {
    const manifest: unknown = JSON.parse(await readFile(path, "utf8"));
    return typeof manifest === "object" && manifest !== null ? manifest : undefined;
  } catch {
    return undefined;
  }
}
