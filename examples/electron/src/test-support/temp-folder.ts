import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder for one test. Make it before what uses it, so that it goes last. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "crosspane-electron-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}
