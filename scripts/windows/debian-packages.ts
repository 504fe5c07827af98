import { readFileSync } from "node:fs";
import { isOnPath } from "../bootstrap/run-tied.mjs";
import { runQuietly } from "../terminal/run-quietly.ts";

/** The environment in which Debian's tools ask no questions. */
export const NONINTERACTIVE = { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8" };

/** Returns true if this is a Debian or an Ubuntu, and this process may install on it. */
export function canInstallDebianPackages(): boolean {
  return process.getuid?.() === 0 && isDebianOrUbuntu();
}

/** Installs packages, without recommended ones. */
export async function installDebianPackages(names: readonly string[]): Promise<void> {
  const install = ["apt-get", "install", "--yes", "--no-install-recommends", ...names];
  try {
    await runQuietly(install, { env: NONINTERACTIVE });
  } catch {
    // A fresh machine has no package lists, or outdated ones.
    await runQuietly(["apt-get", "update"], { env: NONINTERACTIVE });
    await runQuietly(install, { env: NONINTERACTIVE });
  }
}

function isDebianOrUbuntu(): boolean {
  try {
    return (
      /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync("/etc/os-release", "utf8")) &&
      isOnPath("apt-get")
    );
  } catch {
    return false;
  }
}
