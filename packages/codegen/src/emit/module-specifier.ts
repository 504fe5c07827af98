/** The form of the extension in imports of the author's modules. */
export type ImportExtension = "" | ".js" | ".ts";

/**
 * Returns the specifier by which one file imports another.
 *
 * @param from the importing file: absolute path with forward slashes, like `to`
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
