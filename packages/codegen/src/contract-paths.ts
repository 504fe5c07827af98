import { isAbsolute, relative } from "node:path";

/** Returns a path with forward slashes, for messages and generated code on every system. */
export function forwardSlashes(path: string): string {
  return path.replaceAll("\\", "/");
}

/**
 * Returns the path of the generated file beside a contract: `x.service.ts` and `x.ts` give
 * `x.crosspane.ts`.
 */
export function outputPath(contract: string): string {
  return contract.replace(
    /(?:\.service)?\.([cm]?)tsx?$/,
    (_, kind: string) => `.crosspane.${kind === "m" ? "m" : ""}ts`,
  );
}

/**
 * Returns true if a file can be a contract: a TypeScript source that is neither a declaration nor
 * generated.
 */
export function isContractPath(path: string): boolean {
  return /\.[cm]?tsx?$/.test(path) && !/\.d\.[cm]?ts$/.test(path) && !isGeneratedPath(path);
}

export function isGeneratedPath(path: string): boolean {
  return /\.crosspane\.m?ts$/.test(path);
}

/** Returns a path relative to a folder if it is within, or else unchanged; with forward slashes. */
export function displayPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return forwardSlashes(short === "" || isAbsolute(short) ? path : short);
}
