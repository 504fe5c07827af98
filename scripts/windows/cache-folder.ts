import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

/** The folder for everything that is made once for this user and can be made again. */
export function cacheFolder(): string {
  const folder = path.join(userCache(), "crosspane");
  mkdirSync(folder, { recursive: true });
  return folder;
}

function userCache(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (process.platform === "win32" && LOCALAPPDATA !== undefined) return LOCALAPPDATA;
  // The XDG specification says to ignore a relative path.
  if (XDG_CACHE_HOME !== undefined && path.isAbsolute(XDG_CACHE_HOME)) return XDG_CACHE_HOME;
  return path.join(homedir(), ".cache");
}
