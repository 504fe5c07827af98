import type { PeerInfo } from "../transport/transport.js";

/** Where an error came from that no caller is told of in full. */
export interface ErrorReport {
  readonly error: unknown;
  /** `Inventory.get` if a handler failed; undefined if a connection did. */
  readonly method?: string | undefined;
  readonly peer: PeerInfo;
}

/** Receives errors that have nobody else to go to. It must not throw. */
export type OnError = (report: ErrorReport) => void;

/**
 * Used unless the program brings its own: a handler that fails unseen on both sides would be the hardest of all defects to find.
 */
export function logError({ error, method, peer }: ErrorReport): void {
  const where = method === undefined ? "a connection failed" : `${method} threw`;
  console.error(`crosspane: ${where} (peer ${peer.transport} ${peer.address})`, error);
}
