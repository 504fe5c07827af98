import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { RpcError } from "@crosspane/transports";
import type { Digest, Digests } from "./digests.service.js";

interface Entry {
  /** Time and size of the file when it was read. */
  readonly state: string;
  readonly sha256: Promise<string>;
}

/** Reads each file once, and again when it has changed. */
export class RememberedDigests implements Digests {
  readonly #entries = new Map<string, Entry>();

  async digest(path: string): Promise<Digest> {
    const state = await stateOf(path);
    const known = this.#entries.get(path);
    if (known?.state === state) return { sha256: await known.sha256, remembered: true };
    const sha256 = digestOf(path);
    this.#entries.set(path, { state, sha256 });
    sha256.catch(() => this.#entries.delete(path));
    return { sha256: await sha256, remembered: false };
  }

  async processId(): Promise<number> {
    return process.pid;
  }
}

async function stateOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size } = await stat(path);
    return `${mtimeMs} ${size}`;
  } catch (cause) {
    throw new RpcError("notFound", `there is no file ${path}`, { cause });
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}
