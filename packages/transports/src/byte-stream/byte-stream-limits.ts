/** The numbers of the byte-stream transports, with their reasons. All of one connection unless it says otherwise. */

/**
 * Bytes of a cork buffer: messages are copied into it and go out in one write. 64 KiB is what Node reads at once and what a
 * Windows pipe holds, so a larger one would only be cut again.
 */
export const corkBytes = 64 * 1024;

/**
 * Unused cork buffers that the process keeps: 2 MiB, as much as one connection queues at full speed, so that large messages do
 * not wait for fresh memory either. Shared by all connections, so that an idle one holds none.
 */
export const pooledCorkBuffers = 32;

/** Milliseconds given to a dial that only asks whether a Unix socket is alive. A live server's system answers within one. */
export const probeMs = 500;

/** Milliseconds between two looks at the lock of another server that is just starting under the same name. */
export const lockPollMs = 10;

/** Milliseconds after which such a lock counts as left by a process that was killed: several times the longest honest hold. */
export const lockStaleMs = 3_000;
