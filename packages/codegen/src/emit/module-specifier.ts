/** How generated code writes the extension of a module of the author's. */
export type ImportExtension = "" | ".js" | ".ts";

/**
 * How one file imports another.
 *
 * @param from the importing file: absolute path with forward slashes, as is `to`
 * @param to the imported TypeScript source
 */
export function moduleSpecifier(from: string, to: string, extension: ImportExtension): string {
  const path = relativePath(from.split("/"), to.split("/"));
  const match = /^(.*)\.([cm]?)tsx?$/.exec(path)!;
  if (extension === ".ts") return path;
  return extension === "" ? match[1]! : `${match[1]}.${match[2]}js`;
}

function relativePath(from: readonly string[], to: readonly string[]): string {
  const folder = from.slice(0, -1);
  const differs = folder.findIndex((part, index) => part !== to[index]);
  const shared = differs < 0 ? folder.length : differs;
  const up = folder.slice(shared).map(() => "..");
  return [...(up.length === 0 ? ["."] : up), ...to.slice(shared)].join("/");
}
