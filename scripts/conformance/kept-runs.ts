import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { repository } from "../repository.ts";
import type { ConformanceRun } from "./conformance-run.ts";

/** Belongs to this copy of the repository, and is removed with its dependencies. */
const FOLDER = path.join(repository, "node_modules/.cache/crosspane/conformance");

/** Keeps the latest run of a stage for `npm run conformance`. */
export function keepRun(run: ConformanceRun): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(path.join(FOLDER, `${run.stage}.json`), JSON.stringify(run));
}

/** The latest run of each stage. */
export function keptRuns(): readonly ConformanceRun[] {
  if (!existsSync(FOLDER)) return [];
  return readdirSync(FOLDER).map((file) => JSON.parse(readFileSync(path.join(FOLDER, file), "utf8")));
}
