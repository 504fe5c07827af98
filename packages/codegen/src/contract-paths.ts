import { isAbsolute, relative } from "node:path";

/** A path as messages and generated code write it, on every system. */
export function forwardSlashes(path: string): string {
  return path.replaceAll("\\", "/");
}

/** The path of the generated file beside a contract: `x.service.ts` and `x.ts` give `x.crosspane.ts`. */
export function outputPath(contract: string): string {
  return contract.replace(
    /(?:\.service)?\.([cm]?)tsx?$/,
    (_, kind: string) => `.crosspane.${kind === "m" ? "m" : ""}ts`,
  );
}

/** Whether a file can be a contract: a TypeScript source that is neither a declaration nor generated. */
export function isContractPath(path: string): boolean {
  return /\.[cm]?tsx?$/.test(path) && !/\.d\.[cm]?ts$/.test(path) && !isGeneratedPath(path);
}

export function isGeneratedPath(path: string): boolean {
  return /\.crosspane\.m?ts$/.test(path);
}

/** A path relative to a folder if it is within, or else as it is; with forward slashes. */
export function displayPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return forwardSlashes(short === "" || isAbsolute(short) ? path : short);
}
