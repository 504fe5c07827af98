/** Sizes of the tables of a session. */
export interface SessionCounts {
  /** Calls made here that the peer has not answered. */
  readonly calls: number;
  /** Running calls of the peer. */
  readonly running: number;
  /** Queued calls of the peer. */
  readonly deferred: number;
  /** Open streams in either direction. */
  readonly streams: number;
  /** Objects and functions that one side holds of the other. */
  readonly references: number;
}
