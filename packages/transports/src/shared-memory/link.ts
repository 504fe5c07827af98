import type { PeerInfo } from "@crosspane/core/transport";
import type { SharedMemory } from "../win32/shared-memory.js";

/**
 * Services of the system for one connection: memory shared with the peer, and events in both
 * directions.
 */
export interface Link {
  /** Names the connection in error messages. */
  readonly endpoint: string;
  readonly peer: PeerInfo;
  readonly side: "client" | "server";
  readonly memory: SharedMemory;
  readonly capacity: number;
  /** Wakes the peer, or ends its next sleep at once. */
  wakePeer(): void;
  /**
   * Sets the handlers. `woken` runs in a turn of the event loop whenever the peer wakes this side,
   * `peerGone` when its process has ended.
   */
  listen(events: LinkEvents): void;
  /**
   * Blocks this thread until it is woken, the peer's process ends, or `timeoutMs` are over.
   * @param fallAsleep called once no one else can take the wake: asks to be woken; returns false if
   * there is something to do already.
   */
  wait(fallAsleep: () => boolean, timeoutMs: number): void;
  /** Asks the system whether the peer's process has ended. */
  isPeerGone(): boolean;
  /** Keeps the process alive, which is the default, or lets it end. */
  holdProcess(holds: boolean): void;
  /** Releases everything; the memory is inaccessible at once. Resolves when nothing is left. */
  release(): Promise<void>;
}

export interface LinkEvents {
  woken(): void;
  peerGone(): void;
}
