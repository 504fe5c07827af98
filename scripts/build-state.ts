import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { repository } from "./repository.ts";

const STATE_FILE = path.join(repository, "node_modules/.cache/crosspane/built");

/**
 * Everything that a build reads and writes: sources, settings and outputs of these folders, and the
 * files beside them.
 */
const FOLDERS = ["packages", "examples"];
const FILES = ["package-lock.json", "tsconfig.json", "tsconfig.base.json"];

/** Returns true if nothing that a build reads or writes has changed since `rememberBuild`. */
export function isBuilt(): boolean {
  return existsSync(STATE_FILE) && readFileSync(STATE_FILE, "utf8") === currentState();
}

/** Records the current state. Call it when everything is generated and built. */
export function rememberBuild(): void {
  mkdirSync(path.dirname(STATE_FILE), { recursive: true });
  writeFileSync(STATE_FILE, currentState());
}

/**
 * Names, times and sizes of all files; it takes a hundredth of the time that the compiler would
 * take.
 */
function currentState(): string {
  const hash = createHash("sha256");
  const add = (file: string) => {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${file}\0${mtimeMs}\0${size}\n`);
  };
  const walk = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const file = path.join(folder, entry.name);
      if (entry.isFile()) add(file);
      else if (entry.isDirectory() && entry.name !== "node_modules") walk(file);
    }
  };
  for (const file of FILES) add(path.join(repository, file));
  for (const folder of FOLDERS) walk(path.join(repository, folder));
  return hash.digest("hex");
}
