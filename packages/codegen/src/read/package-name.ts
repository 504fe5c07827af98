import type { FileSystemHost } from "ts-morph";

/**
 * Makes a function that returns the package name of a folder, from the nearest `package.json` that
 * has a name.
 *
 * @param files the file system that has the folders
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
    // A malformed file does not name a package.
    return undefined;
  }
}
