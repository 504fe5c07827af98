import { readdirSync } from "node:fs";
import { getHeapSpaceStatistics } from "node:v8";
import * as rpc from "@crosspane/core/stub-v1";

/** Resources that a process holds; a leak shows in one of them. */
export interface Usage {
  /** Handles on Windows, file descriptors elsewhere. */
  readonly handles: number;
  /** Windows of this process, message-only ones included; 0 on other systems. */
  readonly windows: number;
  readonly threads: number;
  /**
   * Resident bytes without V8's young generation, after a collection if possible (`--expose-gc`).
   */
  readonly rss: number;
  /** Bytes of JavaScript objects. */
  readonly heap: number;
  /** Bytes of buffers. */
  readonly external: number;
}

export const usageShape: rpc.Shape = rpc.object("Usage", {
  handles: rpc.number,
  windows: rpc.number,
  threads: rpc.number,
  rss: rpc.number,
  heap: rpc.number,
  external: rpc.number,
});

export async function usageOfThisProcess(): Promise<Usage> {
  await globalThis.gc?.({ type: "major", execution: "async" });
  const { rss, heapUsed, external } = process.memoryUsage();
  return { ...(await systemObjects()), rss: rss - youngGenerationBytes(), heap: heapUsed, external };
}

/**
 * Returns the bytes that V8 has committed for new objects. V8 grows this reserve in steps and keeps
 * it, whatever the program holds.
 */
function youngGenerationBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? 0;
}

/** Counts the objects of the system that this process holds. */
export async function systemObjects(): Promise<Pick<Usage, "handles" | "windows" | "threads">> {
  if (process.platform === "win32") {
    const { ownHandleCount } = await import("../handle-count.js");
    const { ownThreadCount, ownWindowCount } = await import("./windows-objects.js");
    return { handles: ownHandleCount(), windows: ownWindowCount(), threads: ownThreadCount() };
  }
  if (process.platform === "linux") {
    return {
      handles: readdirSync("/proc/self/fd").length,
      windows: 0,
      threads: readdirSync("/proc/self/task").length,
    };
  }
  return { handles: readdirSync("/dev/fd").length, windows: 0, threads: 0 };
}
