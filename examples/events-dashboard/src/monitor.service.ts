import type { Subscription } from "@crosspane/core";

/** The load of the server's machine. */
export interface Load {
  readonly at: Date;
  /** Percentage over all processors, since the last event. */
  readonly cpuPercent: number;
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Memory of the server's own process. */
  readonly serverBytes: number;
}

/** A change of a file in the folder. */
export interface FileChange {
  /** Counted from 1 since the server started, so that a dashboard notices missed changes. */
  readonly number: number;
  readonly at: Date;
  readonly kind: "added" | "changed" | "removed";
  /** Path within the folder, with `/`. */
  readonly path: string;
  readonly byteCount: number;
}

/** The state that a dashboard begins with. */
export interface Overview {
  readonly host: string;
  readonly system: string;
  readonly processId: number;
  readonly folder: string;
  readonly fileCount: number;
  readonly byteCount: number;
  /** Number of changes so far. */
  readonly changeCount: number;
}

/**
 * Reports events on its machine.
 *
 * @service
 */
export interface Monitor {
  overview(): Promise<Overview>;
  /** Subscribes to the load. A slow listener gets the latest load only: older ones are useless. */
  watchLoad(onLoad: (load: Load) => void | Promise<void>): Promise<Subscription>;
  /**
   * Subscribes to changes from now on, or to all after the event with the id `after`. A slow
   * listener loses the oldest waiting events.
   * @throws {RpcError} `outOfRange` if the events after that one are no longer known: read the
   * overview again.
   */
  watchFiles(
    onChange: (change: FileChange, id: string) => void | Promise<void>,
    after?: string,
  ): Promise<Subscription>;
}
