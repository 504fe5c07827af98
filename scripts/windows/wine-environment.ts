import path from "node:path";
import type { Wine } from "./wine.ts";

/** The place of a run's Wine prefix. */
export const PREFIX = "/tmp/prefix";

/**
 * Variables that pass from the user's environment to Windows, beside those that start with
 * CROSSPANE_.
 */
const PASSED = new Set(["CI", "NO_COLOR", "FORCE_COLOR", "TZ"]);

/** The whole environment of a Wine process: no other variable of the user gets in. */
export function wineEnvironment(wine: Wine): Readonly<Record<string, string>> {
  const env: Record<string, string> = {
    PATH: [
      ...(path.isAbsolute(wine.loader) ? [path.dirname(wine.loader)] : []),
      "/usr/local/bin:/usr/bin:/bin",
    ].join(":"),
    // Windows programs use Unicode only under a UTF-8 locale.
    LC_ALL: "C.UTF-8",
    HOME: "/tmp",
    XDG_RUNTIME_DIR: "/tmp",
    WINEPREFIX: PREFIX,
    WINEDEBUG: "-all",
    // Do not offer to download parts that the tests do not need.
    WINEDLLOVERRIDES: "mscoree,mshtml=",
  };
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && (PASSED.has(name) || name.startsWith("CROSSPANE_"))) env[name] = value;
  }
  return env;
}
