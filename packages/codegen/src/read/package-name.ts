import type { FileSystemHost } from "ts-morph";

/**
 * Makes a function that names the package that a folder belongs to, by the nearest `package.json` that has a name.
 *
 * @param files where the folders are
 */
export function createPackageNames(files: FileSystemHost): (folder: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  const find = (folder: string): string | undefined => {
    if (known.has(folder)) return known.get(folder);
    const parent = folder.slice(0, Math.max(folder.lastIndexOf("/"), 0));
    const name = readName(files, `${folder}/package.json`) ?? (parent === folder ? undefined : find(parent));
    known.set(folder, name);
    return name;
  };
  return find;
}

function readName(files: FileSystemHost, path: string): string | undefined {
  if (!files.fileExistsSync(path)) return undefined;
  try {
    const { name } = JSON.parse(files.readFileSync(path)) as { readonly name?: unknown };
    return typeof name === "string" ? name : undefined;
  } catch {
    // A broken one names nothing.
    return undefined;
  }
}
