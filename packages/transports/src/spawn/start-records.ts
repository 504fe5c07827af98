import { createHash, randomUUID } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { canonicalName } from "@crosspane/core/transport";
import { makePrivateFolder, userFolder } from "../files/private-folder.js";

/** A start that has not been reported as ended in order. */
export interface StartRecord {
  /** The file of the record, which holds the server's standard error. */
  readonly path: string;
  /** Wall-clock time in milliseconds. */
  readonly startedAt: number;
}

/**
 * The starts of one endpoint, over all processes of this user: one file for each, with the time in
 * its name. A server removes its file when it ends in order (see `own-start.ts`), so the files that
 * are left belong to those that did not.
 */
export class StartRecords {
  readonly #folder: string;
  readonly #prefix: string;

  private constructor(folder: string, prefix: string) {
    this.#folder = folder;
    this.#prefix = prefix;
  }

  /**
   * @throws {RpcError} `permissionDenied` if the folder of the records is not private to this user.
   */
  static async open(endpoint: string): Promise<StartRecords> {
    const folder = await userFolder();
    await makePrivateFolder(folder, endpoint);
    return new StartRecords(folder, `start-${endpointKey(endpoint)}-`);
  }

  /**
   * Returns the records of the last `windowMs` milliseconds, the latest last. Removes older ones,
   * and those from the future, which come from a clock that was set back.
   */
  async recent(windowMs: number): Promise<readonly StartRecord[]> {
    const now = Date.now();
    const recent: StartRecord[] = [];
    for (const name of await readdir(this.#folder)) {
      if (!name.startsWith(this.#prefix)) continue;
      const path = join(this.#folder, name);
      const startedAt = Number.parseInt(name.slice(this.#prefix.length), 10);
      if (startedAt <= now && now - startedAt < windowMs) recent.push({ path, startedAt });
      else await rm(path, { force: true });
    }
    return recent.sort((a, b) => a.startedAt - b.startedAt);
  }

  /** Returns the path for the record of a start that is made now. */
  next(): string {
    return join(this.#folder, `${this.#prefix}${Date.now()}-${randomUUID().slice(0, 8)}.log`);
  }
}

/** Returns a short key for an endpoint. */
export function endpointKey(endpoint: string): string {
  return createHash("sha256").update(canonicalName(endpoint)).digest("hex").slice(0, 16);
}
