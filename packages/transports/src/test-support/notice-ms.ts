/**
 * Milliseconds within which this side has to know that a peer is dead: generous for a busy machine, and less than the
 * 15 s after which a heartbeat would find it out. The crash points print how soon it is on a quiet one (docs/testing.md).
 */
export const noticeMs = 10_000;
