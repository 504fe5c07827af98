/** The numbers of Windows pipes, with their reasons. */

/**
 * Instances that wait for clients at any time. A client that comes while all are taken is told that the pipe is busy and asks again
 * a little later, so more of them only shorten a rush. As many as libuv has.
 */
export const waitingInstances = 4;

/** Milliseconds until a listener that could not make an instance tries again. */
export const instanceRetryMs = 100;

/**
 * Bytes that the system keeps for each direction of a connection until the other side reads them; the system takes them from its memory
 * that is never paged out, as they come. Four of the writes that a connection makes (`corkBytes`), so that a writer need not stop for
 * each of them until the reader has come round.
 */
export const pipeBufferBytes = 256 * 1024;

/**
 * Milliseconds that `listen` waits for the instances of a server that was killed: they are gone when its clients, who have been
 * told, have closed their ends.
 */
export const leftoverMs = 1_000;
export const leftoverPollMs = 20;

/** Milliseconds that `dial` goes on asking a pipe whose instances are all taken; a live server makes one within a turn of its loop. */
export const busyMs = 1_000;
export const firstBusyRetryMs = 1;
export const maxBusyRetryMs = 20;
