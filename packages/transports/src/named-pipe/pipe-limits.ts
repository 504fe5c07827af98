/** Limits and timings of Windows pipes, with their reasons. */

/**
 * Number of instances that wait for clients at any time. While all are taken, a client is told that
 * the pipe is busy and retries soon, so more of them would only shorten a rush. libuv has the same
 * number.
 */
export const waitingInstances = 4;

/** Milliseconds until a listener retries to create an instance. */
export const instanceRetryMs = 100;

/**
 * Bytes that the system buffers for each direction of a connection until the other side reads them.
 * The system takes them, as they arrive, from its memory that is never paged out. Four writes of a
 * connection (`corkBytes`), so that a writer need not wait for the reader after each of them.
 */
export const pipeBufferBytes = 256 * 1024;

/**
 * Milliseconds that `listen` waits for the instances of a killed server. They disappear when its
 * clients have noticed its exit and closed their ends.
 */
export const leftoverMs = 1_000;
export const leftoverPollMs = 20;

/**
 * Milliseconds that `dial` retries a pipe whose instances are all taken; a live server creates one
 * within a turn of its loop.
 */
export const busyMs = 1_000;
export const firstBusyRetryMs = 1;
export const maxBusyRetryMs = 20;
