import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

interface Manifest {
  readonly name?: string;
  readonly exports?: Readonly<Record<string, string | { readonly types?: string }>>;
}

/**
 * Returns the paths of the types of our packages, by their package.json and without a link in
 * node_modules.
 */
export function packagePaths(root: string): Record<string, string[]> {
  const paths: Record<string, string[]> = {};
  const packages = path.join(root, "packages");
  for (const folder of existsSync(packages) ? readdirSync(packages) : []) {
    const manifest = path.join(packages, folder, "package.json");
    if (!existsSync(manifest)) continue;
    const { name = "", exports = {} }: Manifest = JSON.parse(readFileSync(manifest, "utf8"));
    for (const [subpath, target] of Object.entries(exports)) {
      if (typeof target === "string" || target.types === undefined) continue;
      paths[path.posix.join(name, subpath)] = [path.resolve(packages, folder, target.types)];
    }
  }
  return paths;
}
