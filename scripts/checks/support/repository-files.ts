import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { glob } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

/** Folders of others, or generated from ours; for folders that Git does not track. */
const NOT_OURS = new Set([".git", "node_modules", "dist", "coverage"]);

const known = new Map<string, Promise<readonly string[]>>();

/**
 * Returns the files that are or would be committed, relative to the folder, with forward slashes,
 * in order.
 */
export function repositoryFiles(root: string): Promise<readonly string[]> {
  let files = known.get(root);
  if (files === undefined) {
    files = findFiles(root);
    known.set(root, files);
  }
  return files;
}

async function findFiles(root: string): Promise<readonly string[]> {
  const found = (await askGit(root)) ?? (await walk(root));
  return found.map((file) => file.replaceAll("\\", "/")).sort();
}

async function askGit(root: string): Promise<readonly string[] | undefined> {
  if (!existsSync(path.join(root, ".git"))) return undefined;
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  try {
    const { stdout } = await promisify(execFile)("git", list, { cwd: root, maxBuffer: 1 << 26 });
    // Git still lists a removed file until the removal is committed.
    return [...new Set(stdout.split("\0"))].filter(
      (file) => file !== "" && existsSync(path.join(root, file)),
    );
  } catch {
    // Git is missing, or does not trust the owner of the folder.
    return undefined;
  }
}

async function walk(root: string): Promise<readonly string[]> {
  const files: string[] = [];
  const exclude = (entry: { readonly name: string }) => NOT_OURS.has(entry.name);
  for await (const entry of glob("**", { cwd: root, exclude, withFileTypes: true })) {
    if (entry.isFile()) files.push(path.relative(root, path.join(entry.parentPath, entry.name)));
  }
  return files;
}
