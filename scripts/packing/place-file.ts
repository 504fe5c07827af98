import { randomUUID } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { repository } from "../repository.ts";

/**
 * Replaces a file in one step, unless it is the same: a program may be starting from it, and
 * another packer may read or replace it.
 */
export async function placeFile(file: string, text: string): Promise<void> {
  if ((await readFile(file, "utf8").catch(() => undefined)) === text) return;
  // In no folder that is packed, and on the same disk.
  const made = path.join(repository, "node_modules", `.${randomUUID()}`);
  await writeFile(made, text);
  await rename(made, file);
}
