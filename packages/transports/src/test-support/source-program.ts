import { fileURLToPath } from "node:url";

/**
 * The arguments with which Node runs a program beside this file as it is. What it imports by name is built, what it imports by
 * path is source.
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
