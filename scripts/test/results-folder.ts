import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { cacheFolder } from "../windows/cache-folder.ts";

const PREFIX = "test-results-";

export interface ResultsFolder extends Disposable {
  readonly folder: string;
  /** The folder does not exist yet. */
  readonly file: string;
}

/** Returns a folder for the results of one test run. */
export function resultsFolder(): ResultsFolder {
  const cache = cacheFolder();
  removeThoseOfKilledRuns(cache);
  const folder = mkdtempSync(path.join(cache, `${PREFIX}${process.pid}-`));
  return {
    folder,
    file: path.join(folder, "results.json"),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function removeThoseOfKilledRuns(cache: string): void {
  for (const name of readdirSync(cache)) {
    if (!name.startsWith(PREFIX)) continue;
    const owner = Number.parseInt(name.slice(PREFIX.length), 10);
    if (!isAlive(owner)) rmSync(path.join(cache, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
