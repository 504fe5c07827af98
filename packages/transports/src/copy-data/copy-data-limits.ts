/** The numbers of the `copydata:` transport, with their reasons. */

/**
 * Bytes of one WM_COPYDATA, its header included. A receiver that copies the data onto its stack, as Node with koffi does, is far from
 * its end, and the sender's wait for one message stays short.
 */
export const maxChunkBytes = 64 * 1024;

/** Bytes that a connection keeps for a reader that does not take them, before its peer is told to wait. */
export const receiveWindowBytes = 256 * 1024;

/** Bytes handed to the pump and not yet taken by the peer at which a connection waits with more. */
export const sendWindowBytes = 256 * 1024;

/**
 * Milliseconds of one attempt to send. Short, because the pump sends for all connections of the process: a window that does not answer
 * holds up the others so long. The attempt is repeated with the same number, so nothing is lost or doubled by cutting it.
 */
export const attemptMs = 100;

/**
 * Milliseconds of an attempt to answer an opening. Shorter, because anybody on the desktop can ask for it, for any window: one whose
 * thread runs answers within a millisecond, and one that does not is tried again.
 */
export const openingAttemptMs = 20;

/**
 * Windows that have not taken the answer to an opening get one part in so many of the pump's time, all together: openings that were
 * forged for them cannot take the time of the connections.
 */
export const unansweredShare = 5;

/**
 * Milliseconds of the one attempt to tell a client that it is refused. Shorter, because anybody on the desktop can ask for it, and for any
 * window; who does not hear it is told by the end of its own dial.
 */
export const refusalMs = 20;

/** Milliseconds before a window that did not answer is tried again: twice the attempt, so that the others get most of the time. */
export const retryMs = 200;

/** Milliseconds without an answer after which a window counts as hung: many times what a busy machine needs to run its thread. */
export const hungMs = 4_000;

/**
 * Milliseconds that count at most of the time between two attempts at a window that does not answer: while the machine slept or this process
 * was stopped, nobody was kept waiting.
 */
export const maxSilenceStepMs = hungMs / 2;

/** Milliseconds after which a peer that said it is busy is asked again even if its word that it is ready never came. */
export const busyRetryMs = 1_000;

/** Milliseconds that the pump goes on with what is left to send of a connection that was given up here. */
export const lingerMs = 5_000;

/** Milliseconds that a dial waits for the server's answer: longer than for a hung window, so that one is reported as that. */
export const acceptMs = 6_000;

/**
 * Openings of a listener that are examined or whose client has not taken the answer yet; further clients are told that it is busy. Each
 * holds a process handle.
 */
export const maxOpenings = 64;

/** Milliseconds between two looks at whether the windows of the peers are there: as long as the pump sleeps at most, so that it need not wake for them. */
export const windowCheckMs = 1_000;

/**
 * Milliseconds that the pump sleeps at most. Nothing but the look at windows needs it to wake; it bounds how long a thread that Node terminates stays in the
 * system's wait.
 */
export const maxSleepMs = 1_000;

/** Posted messages, which mean nothing to these windows, that are taken out between two rounds: whoever posts on and on stops nothing. */
export const postedPerRound = 64;

/** Milliseconds that the pump outlives its last user: a program that connects again and again need not start a thread each time. */
export const pumpLingerMs = 1_000;

/** Milliseconds that a process which exits waits for its pump to leave the system's calls. */
export const exitMs = 1_000;
