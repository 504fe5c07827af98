import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished, vi } from "vitest";
import type { SpawnOptions } from "../../index.js";
import { sourceProgram } from "../source-program.js";

/** A server that a test has `connect` start, and its log. */
export interface SpawnedProbe {
  readonly endpoint: string;
  readonly spawn: SpawnOptions;
  /** Returns the lines that the started processes have logged: `served 4711`. */
  log(): readonly string[];
  /** Waits until the log has this many lines with this beginning. */
  logged(what: string, count?: number): Promise<readonly string[]>;
}

/**
 * Describes the server of an endpoint of its own, with its records in a folder of its own. Its
 * remains are cleaned up with the test.
 * @param arguments_ the further arguments of `probe-server.ts`.
 */
export function spawnedProbe(
  arguments_: readonly string[] = ["serve"],
  more: Partial<SpawnOptions> = {},
  scheme = "pipe",
): SpawnedProbe {
  const folder = mkdtempSync(join(tmpdir(), "xp-"));
  vi.stubEnv(process.platform === "win32" ? "LOCALAPPDATA" : "XDG_RUNTIME_DIR", folder);
  const endpoint = `${scheme}:probe-${randomUUID().slice(0, 8)}`;
  const path = join(folder, "log");
  const log = () => {
    try {
      return readFileSync(path, "utf8").split("\n").slice(0, -1);
    } catch {
      return [];
    }
  };
  onTestFinished(async () => {
    for (const id of processIds(log())) {
      for (let tries = 0; isRunning(id) && tries < 200; tries++) {
        if (tries === 0) process.kill(id, "SIGKILL");
        await sleep(10);
      }
    }
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });
  return {
    endpoint,
    spawn: {
      command: process.execPath,
      args: [...sourceProgram("spawn/probe-server.ts"), endpoint, path, ...arguments_],
      ...more,
    },
    log,
    async logged(what, count = 1) {
      for (;;) {
        const found = log().filter((line) => line.startsWith(what));
        if (found.length >= count) return found;
        await sleep(10);
      }
    },
  };
}

/** True if a process with this id runs. */
export function isRunning(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
}

function processIds(log: readonly string[]): Set<number> {
  return new Set(log.map((line) => Number(/\d+$/.exec(line)?.[0])));
}
