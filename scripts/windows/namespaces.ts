import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { isOnPath } from "../bootstrap/run-tied.mjs";
import { cacheFolder } from "./cache-folder.ts";
import { LaneUnavailableError } from "./lane-unavailable-error.ts";

/** Returns the prefix that gives a command mounts and processes of its own, which end with it. */
export function inNamespaces(commandLine: readonly string[]): readonly string[] {
  // Without root, a user namespace gives the right to mount inside it.
  const user = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
  return ["unshare", ...user, "--mount", "--pid", "--fork", "--kill-child", "--", ...commandLine];
}

/** An empty folder for a lane to mount on. Only that lane sees the mounts. */
export function scratchFolder(): string {
  const scratch = path.join(cacheFolder(), "scratch");
  mkdirSync(scratch, { recursive: true });
  return scratch;
}

/**
 * @throws LaneUnavailableError if this system does not allow namespaces, as most containers do not
 */
export function assertNamespaces(): void {
  for (const program of ["unshare", "setpriv", "chroot"]) {
    if (isOnPath(program)) continue;
    throw new LaneUnavailableError(
      `The Windows lane needs the program "${program}" (util-linux, coreutils).`,
    );
  }
  const [command = "", ...args] = inNamespaces(["mount", "-t", "tmpfs", "crosspane", scratchFolder()]);
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status === 0) return;
  throw new LaneUnavailableError(
    `The Windows lane needs the right to make namespaces and mounts, which this system refuses (${stderr.trim()}): run as root, in a container with --privileged.`,
  );
}
