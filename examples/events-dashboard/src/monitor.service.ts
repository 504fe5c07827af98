import type { Subscription } from "@crosspane/core";

/** How busy the server's machine is. */
export interface Load {
  readonly at: Date;
  /** Of all processors, since the last one. */
  readonly cpuPercent: number;
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** What the server's own process holds. */
  readonly serverBytes: number;
}

/** What happened to a file in the folder. */
export interface FileChange {
  /** Counted from 1 since the server started, so that a dashboard sees what it has not heard. */
  readonly number: number;
  readonly at: Date;
  readonly kind: "added" | "changed" | "removed";
  /** Within the folder, with `/`. */
  readonly path: string;
  readonly byteCount: number;
}

/** What a dashboard begins with. */
export interface Overview {
  readonly host: string;
  readonly system: string;
  readonly processId: number;
  readonly folder: string;
  readonly fileCount: number;
  readonly byteCount: number;
  /** Changes so far. */
  readonly changeCount: number;
}

/**
 * Tells what happens on its machine.
 *
 * @service
 */
export interface Monitor {
  overview(): Promise<Overview>;
  /** A listener that is slow hears the latest load only: older ones are of no use. */
  watchLoad(onLoad: (load: Load) => void | Promise<void>): Promise<Subscription>;
  /**
   * From now on, or everything after the event with the id `after`. A listener that is slow loses the oldest of those that wait.
   * @throws {RpcError} `outOfRange` if what came after that event is not known any more: read the overview again.
   */
  watchFiles(
    onChange: (change: FileChange, id: string) => void | Promise<void>,
    after?: string,
  ): Promise<Subscription>;
}
