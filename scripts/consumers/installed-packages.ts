import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";

/** A package in a `node_modules` folder. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** Size of its files, without packages inside it. */
  readonly bytes: number;
  readonly files: number;
  /** True if npm would run a script of it when it installs it. */
  readonly hasInstallScript: boolean;
}

const INSTALL_SCRIPTS = ["preinstall", "install", "postinstall"];

/** Returns the packages in the `node_modules` of a folder, by name. */
export async function installedPackages(folder: string): Promise<readonly InstalledPackage[]> {
  const modules = path.join(folder, "node_modules");
  const places: string[] = [];
  for (const entry of await readdir(modules)) {
    if (entry.startsWith(".")) continue;
    if (!entry.startsWith("@")) places.push(entry);
    else for (const scoped of await readdir(path.join(modules, entry))) places.push(`${entry}/${scoped}`);
  }
  return await Promise.all(places.sort().map((place) => describe(path.join(modules, place))));
}

async function describe(folder: string): Promise<InstalledPackage> {
  const {
    name,
    version,
    scripts = {},
  } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8")) as {
    readonly name: string;
    readonly version: string;
    readonly scripts?: object;
  };
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = files.map(async (file) => (await stat(path.join(file.parentPath, file.name))).size);
  return {
    name,
    version,
    bytes: (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0),
    files: files.length,
    hasInstallScript: INSTALL_SCRIPTS.some((script) => script in scripts),
  };
}
