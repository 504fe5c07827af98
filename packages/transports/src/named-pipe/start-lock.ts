import { open, rm, stat } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { lockPollMs, lockStaleMs } from "../byte-stream/byte-stream-limits.js";
import { nodeErrorCode } from "../errors/node-error.js";

/**
 * Runs `start` while no other server with the same lock file runs its own, in this process or
 * another.
 *
 * The system does not remove the file when its holder is killed, so a lock that stays the same for
 * `lockStaleMs` counts as stale. Only starting servers hold it, for milliseconds.
 */
export async function withStartLock<T>(lock: string, start: () => Promise<T>): Promise<T> {
  await take(lock);
  try {
    return await start();
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<void> {
  let seen: string | undefined;
  let since = 0;
  while (!(await created(lock))) {
    const holder = await identityOf(lock);
    if (holder !== seen) {
      seen = holder;
      since = performance.now();
    } else if (performance.now() - since >= lockStaleMs) {
      await rm(lock, { force: true });
    }
    await sleep(lockPollMs);
  }
}

async function created(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, "wx", 0o600);
    await file.close();
    return true;
  } catch (error) {
    if (nodeErrorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/**
 * Returns an identity that differs between lock files of the same name; undefined if there is none.
 */
async function identityOf(lock: string): Promise<string | undefined> {
  try {
    const { ino, mtimeNs } = await stat(lock, { bigint: true });
    return `${ino} ${mtimeNs}`;
  } catch (error) {
    if (nodeErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
