/**
 * Milliseconds within which this side has to detect that a peer has exited: generous for a busy
 * machine, and less than the 15 s after which a heartbeat would detect it. The crash points print
 * the time on an idle one (docs/testing.md).
 */
export const noticeMs = 10_000;
