import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Returns the files from which a package of this program is looked for: this module, then the
 * program's script, which is the executable if the script is part of it. A bundle may have the
 * address that this module had where it was built, or none at all. Then packages beside the program
 * are found from the second.
 */
export function moduleBases(): readonly string[] {
  const [executable, script = executable] = process.argv;
  const bases = [pathOf(import.meta.url), script];
  return [...new Set(bases)].filter((base): base is string => {
    return base !== undefined && path.isAbsolute(base) && existsSync(path.dirname(base));
  });
}

/** Returns undefined for an address that is not a file of this system. */
function pathOf(url: string | undefined): string | undefined {
  try {
    return url === undefined ? undefined : fileURLToPath(url);
  } catch {
    return undefined;
  }
}
