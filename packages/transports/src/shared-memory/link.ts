import type { PeerInfo } from "@crosspane/core/transport";
import type { SharedMemory } from "../win32/shared-memory.js";

/** What a connection needs of the system: memory shared with the peer, and a way to wake and be woken. */
export interface Link {
  /** Names the connection in error messages. */
  readonly endpoint: string;
  readonly peer: PeerInfo;
  readonly side: "client" | "server";
  readonly memory: SharedMemory;
  readonly capacity: number;
  /** Wakes the peer, or lets its next sleep end at once. */
  wakePeer(): void;
  /** Has `woken` called from a turn of the event loop whenever the peer wakes this side, and `peerGone` when its process has ended. */
  listen(events: LinkEvents): void;
  /**
   * Blocks this thread until it is woken, the peer's process ends, or `timeoutMs` are over.
   * @param fallAsleep asks to be woken, once nobody else can take the wake; false if there is something to do already.
   */
  wait(fallAsleep: () => boolean, timeoutMs: number): void;
  /** Asks the system whether the peer's process has ended. */
  isPeerGone(): boolean;
  /** Has the link keep the process alive, as it does at first, or lets it end. */
  holdProcess(holds: boolean): void;
  /** Lets go of everything; the memory is out of reach at once. Resolves when nothing is left. */
  release(): Promise<void>;
}

export interface LinkEvents {
  woken(): void;
  peerGone(): void;
}
