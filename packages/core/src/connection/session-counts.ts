/** How much of each table of a session is taken. */
export interface SessionCounts {
  /** Calls made here that the peer has not answered. */
  readonly calls: number;
  /** Handlers that have not ended. */
  readonly running: number;
  /** Calls of the peer that wait to be started. */
  readonly deferred: number;
  /** Streams in either direction that are not over. */
  readonly streams: number;
  /** Objects and functions that the peer holds of this side, or this side of the peer. */
  readonly references: number;
}
