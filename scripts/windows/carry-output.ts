import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { closeSync, openSync, read, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const POLL_MS = 15;
const CHUNK_BYTES = 64 * 1024;

const readAt = promisify(read);

export interface CarriedOutput {
  /** A file descriptor; output to it reaches the sink. */
  readonly fd: number;
  /** Resolves when all output has reached the sink. Call it when no writer is left. */
  finish(): Promise<void>;
}

/**
 * Carries a program's output through a file, because node.exe cannot write to a Unix pipe.
 * @param look is called with each part
 *
 * The file has no name once it is open, so nothing is left of it even if this process is killed.
 */
export function carryOutput(sink: Writable, look?: (chunk: Buffer) => void): CarriedOutput {
  const file = path.join(tmpdir(), `crosspane-output-${randomUUID()}`);
  // Opened for appending, so that two processes that open it separately do not overwrite each
  // other.
  const fd = openSync(file, "ax+", 0o600);
  unlinkSync(file);
  let isFinished = false;
  const carrying = carry();

  async function carry(): Promise<void> {
    const buffer = Buffer.alloc(CHUNK_BYTES);
    let position = 0;
    while (true) {
      // Checked before reading: by then all earlier output is in the file.
      const wasFinished = isFinished;
      const { bytesRead } = await readAt(fd, buffer, 0, CHUNK_BYTES, position);
      position += bytesRead;
      if (bytesRead > 0) {
        const chunk = Buffer.copyBytesFrom(buffer, 0, bytesRead);
        look?.(chunk);
        const hasRoom = sink.write(chunk);
        if (!hasRoom) await once(sink, "drain");
      } else if (wasFinished) return;
      else await sleep(POLL_MS);
    }
  }

  return {
    fd,
    async finish() {
      isFinished = true;
      await carrying;
      closeSync(fd);
    },
  };
}
