/**
 * Limits of the byte-stream transports, with reasons. They apply to one connection unless noted.
 */

/**
 * Bytes of a cork buffer. Messages are copied into it and sent in one write. 64 KiB is what Node
 * reads at once and what a Windows pipe holds, so a larger buffer would only be split again.
 */
export const corkBytes = 64 * 1024;

/**
 * Unused cork buffers that the process keeps: 2 MiB, as much as one connection queues at full
 * speed, so that large messages do not wait for new memory. All connections share them, so that an
 * idle connection holds none.
 */
export const pooledCorkBuffers = 32;

/**
 * Milliseconds for a dial that only tests whether a Unix socket is alive. The system of a live
 * server answers within one.
 */
export const probeMs = 500;

/**
 * Milliseconds between checks of the lock of another server that is starting under the same name.
 */
export const lockPollMs = 10;

/**
 * Milliseconds after which such a lock counts as left behind by a killed process: several times the
 * longest regular hold.
 */
export const lockStaleMs = 3_000;
