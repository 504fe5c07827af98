/**
 * How soon this side has to know that a peer is dead, in milliseconds: generous for a busy machine, far less than any timeout would take. How soon it
 * is on a quiet one the crash points print (docs/testing.md).
 */
export const noticeMs = 5_000;
