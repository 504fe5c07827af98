import { isOnPath } from "../bootstrap/run-tied.mjs";
import { step } from "../terminal/step.ts";
import { canInstallDebianPackages, installDebianPackages } from "./debian-packages.ts";
import { LaneUnavailableError } from "./lane-unavailable-error.ts";

const MINGW = "x86_64-w64-mingw32-gcc";
const DEBIAN_PACKAGE = "gcc-mingw-w64-x86-64";

/**
 * Returns the command of a C compiler that makes programs for Windows. On Windows it is the `gcc`
 * of MinGW, elsewhere the one that is named after its target, installed now if it is missing.
 *
 * @throws LaneUnavailableError
 */
export async function windowsCompiler(): Promise<string> {
  if (process.platform === "win32") {
    if (isOnPath("gcc.exe")) return "gcc";
    throw new LaneUnavailableError(
      "No gcc was found, which the peers in C are built with: install MinGW-w64 and put its bin folder on the PATH.",
    );
  }
  if (isOnPath(MINGW)) return MINGW;
  if (!canInstallDebianPackages()) {
    throw new LaneUnavailableError(
      `${MINGW} was not found, which the peers in C are built with: install MinGW-w64, or run as root on Debian or Ubuntu to have it installed.`,
    );
  }
  await step(`Installing ${DEBIAN_PACKAGE} (once)`, () => installDebianPackages([DEBIAN_PACKAGE]));
  return MINGW;
}
