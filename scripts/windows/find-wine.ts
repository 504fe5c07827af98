import { spawnSync } from "node:child_process";
import { debianWineRoot } from "./debian-wine-root.ts";
import { LaneUnavailableError } from "./lane-unavailable-error.ts";
import { assertNamespaces } from "./namespaces.ts";
import type { Wine } from "./wine.ts";

/** Node 24 and newer abort under older ones. */
const OLDEST_MAJOR = 10;

/**
 * Returns the Wine to run on: the one that CROSSPANE_WINE names, else the system's, else one in a
 * private root folder.
 *
 * @throws LaneUnavailableError
 */
export async function findWine(): Promise<Wine> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new LaneUnavailableError(
      `Windows programs can run here only on Windows itself or on 64-bit Linux, and this is ${process.platform}-${process.arch}.`,
    );
  }
  assertNamespaces();
  const { CROSSPANE_WINE: wanted } = process.env;
  if (wanted !== undefined && wanted !== "") {
    const version = versionOf(wanted);
    if (isNewEnough(version)) return { root: "/", loader: wanted, version };
    throw new LaneUnavailableError(
      `CROSSPANE_WINE names ${wanted}, which says ${version === "" ? "nothing" : version}; Wine ${OLDEST_MAJOR} or newer is needed.`,
    );
  }
  const version = versionOf("wine");
  if (isNewEnough(version)) return { root: "/", loader: "wine", version };
  return await debianWineRoot();
}

export function isNewEnough(version: string): boolean {
  const major = /^wine-(\d+)\./.exec(version)?.[1];
  return major !== undefined && Number(major) >= OLDEST_MAJOR;
}

/** Asking for its version creates no Wine prefix. */
function versionOf(wine: string): string {
  return spawnSync(wine, ["--version"], { encoding: "utf8" }).stdout?.trim() ?? "";
}
