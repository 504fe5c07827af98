import { statSync } from "node:fs";
import path from "node:path";
import type { Mount } from "./run-in-lane.ts";

/** Returns true if the lane has something of its own at the path. */
const ELSEWHERE = "/mnt/host";

/** Paths that must stay the lane's own: neither these nor their parents can be covered. */
const OWN = [
  "/bin",
  "/dev",
  "/etc",
  "/lib",
  "/lib64",
  "/proc",
  "/run",
  "/sbin",
  "/sys",
  "/tmp",
  "/usr/bin",
  "/usr/lib",
];
const OWN_AND_BELOW = ["/dev", "/proc", "/sys"];

/** Returns the mounts that make these paths visible in the lane, parents first. */
export function mountsFor(paths: readonly string[]): readonly Mount[] {
  const folders = [...new Set(paths)].sort((a, b) => a.length - b.length);
  return folders
    .filter((folder, index) => !folders.slice(0, index).some((other) => isWithin(folder, other)))
    .map((from) => ({ from, to: pathInLane(from) }));
}

/** Returns the place of a mounted path in the lane: the same as outside, if possible. */
export function pathInLane(folder: string): string {
  const isOwn =
    OWN.some((own) => isWithin(own, folder)) || OWN_AND_BELOW.some((own) => isWithin(folder, own));
  return isOwn ? path.join(ELSEWHERE, folder) : folder;
}

/** Returns the name of a path of this system for a program on Windows. */
export function toWindowsPath(file: string): string {
  return process.platform === "win32" ? file : `Z:${file.replaceAll("/", "\\")}`;
}

/**
 * Returns the folder that a script needs to see its neighbours, or the script alone if the folder
 * cannot be mounted.
 */
export function surroundingsOf(script: string): string {
  const folder = statSync(script).isDirectory() ? script : path.dirname(script);
  return pathInLane(folder) === folder ? folder : script;
}

export function isWithin(inner: string, outer: string): boolean {
  const relative = path.relative(outer, inner);
  return (
    relative === "" ||
    (relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative))
  );
}
