import { createHash } from "node:crypto";
import { existsSync, readdirSync, statSync, utimesSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { exclusively } from "../bootstrap/exclusively.mjs";
import { type Note, step } from "../terminal/step.ts";
import { cacheFolder } from "./cache-folder.ts";

/** A folder used this recently may still be in use, whatever its rank. */
const IN_USE_MS = 6 * 60 * 60 * 1000;

export interface Recipe {
  /**
   * Names the kind of folder. Folders of one kind replace each other: this one and the latest
   * others are kept.
   */
  readonly kind: string;
  /** Identifies this folder among its kind; same key, same content. */
  readonly key: string;
  readonly title: string;
  /** Number of folders of this kind to keep. */
  readonly keep: number;
  /** Fills an empty folder. */
  readonly make: (folder: string, note: Note) => Promise<void>;
}

/**
 * Returns the folder of a recipe, creating it if it does not exist yet.
 *
 * It gets its name only when it is complete, so a killed set-up never leaves a partial one in use.
 * One process at a time creates it.
 */
export async function makeOnce(recipe: Recipe): Promise<string> {
  const cache = cacheFolder();
  const folder = path.join(cache, `${recipe.kind}-${recipe.key}`);
  if (!existsSync(folder)) {
    await exclusively(
      `${recipe.kind}-${shortHash(folder)}`,
      async () => {
        if (!existsSync(folder)) await make(recipe, folder);
      },
      () => console.error(`Waiting for another process: ${recipe.title}`),
    );
    await prune(cache, recipe, folder);
  }
  const now = new Date();
  utimesSync(folder, now, now);
  return folder;
}

export function shortHash(text: string | Buffer): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

async function make(recipe: Recipe, folder: string): Promise<void> {
  const partial = `${folder}.partial`;
  await step(recipe.title, async (note) => {
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial);
    try {
      await recipe.make(partial, note);
      await rename(partial, folder);
    } catch (error) {
      await rm(partial, { recursive: true, force: true });
      throw error;
    }
  });
}

async function prune(cache: string, recipe: Recipe, current: string): Promise<void> {
  const others = readdirSync(cache)
    .filter((name) => name.startsWith(`${recipe.kind}-`) && !name.endsWith(".partial"))
    .map((name) => path.join(cache, name))
    .filter((folder) => folder !== current)
    .map((folder) => ({ folder, usedAtMs: statSync(folder).mtimeMs }))
    .sort((a, b) => b.usedAtMs - a.usedAtMs);
  for (const { folder, usedAtMs } of others.slice(recipe.keep - 1)) {
    if (Date.now() - usedAtMs < IN_USE_MS) continue;
    await rm(folder, { recursive: true, force: true });
  }
}
