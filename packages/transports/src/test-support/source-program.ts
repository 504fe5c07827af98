import { fileURLToPath } from "node:url";

/**
 * Returns the arguments with which Node runs a program beside this file from its source. Imports by
 * name resolve to built files, imports by path to sources.
 */
export function sourceProgram(path: string, ...nodeArguments: readonly string[]): string[] {
  return [
    "--disable-warning=ExperimentalWarning",
    ...nodeArguments,
    "--import",
    new URL("run-sources.mjs", import.meta.url).href,
    fileURLToPath(new URL(path, import.meta.url)),
  ];
}
