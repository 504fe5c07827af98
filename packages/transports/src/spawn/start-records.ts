import { createHash, randomUUID } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { canonicalName } from "@crosspane/core/transport";
import { makePrivateFolder, userFolder } from "../files/private-folder.js";

/** A start of which nobody has said that it came to an end in order. */
export interface StartRecord {
  /** The file that stands for it, which holds what the server has written to its standard error. */
  readonly path: string;
  /** By the wall clock, in milliseconds. */
  readonly startedAt: number;
}

/**
 * The starts of one endpoint, over all processes of this user: one file for each, with the time in its name. The server takes its file away
 * when it ends in order (see `own-start.ts`), so that the files that are left tell of those that did not.
 */
export class StartRecords {
  readonly #folder: string;
  readonly #prefix: string;

  private constructor(folder: string, prefix: string) {
    this.#folder = folder;
    this.#prefix = prefix;
  }

  /** @throws {RpcError} `permissionDenied` if the folder of the records is not private to this user. */
  static async open(endpoint: string): Promise<StartRecords> {
    const folder = await userFolder();
    await makePrivateFolder(folder, endpoint);
    return new StartRecords(folder, `start-${endpointKey(endpoint)}-`);
  }

  /** Those of the last `windowMs` milliseconds, the latest last. Older ones are forgotten, and so are those of a clock that was set back. */
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

  /** Where the record of a start that is made now belongs. */
  next(): string {
    return join(this.#folder, `${this.#prefix}${Date.now()}-${randomUUID().slice(0, 8)}.log`);
  }
}

/** A short name for an endpoint, for what belongs to it. */
export function endpointKey(endpoint: string): string {
  return createHash("sha256").update(canonicalName(endpoint)).digest("hex").slice(0, 16);
}
