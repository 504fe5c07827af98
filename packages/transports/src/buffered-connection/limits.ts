/** Limits of one connection that buffers what the peer has not taken yet, with their reasons. */

/** Bytes that a message from a peer may have until `maxReceiveBytes` is set. */
export const initialMaxReceiveBytes = 16 * 1024 * 1024;

/**
 * Milliseconds that `close` waits for a peer that takes none of what is left to send. Progress
 * starts them anew.
 */
export const flushStallMs = 5_000;

/**
 * Milliseconds that `close` then waits for the peer to close its end, which it does at once unless
 * it is busy or hung.
 */
export const peerCloseMs = 2_000;
