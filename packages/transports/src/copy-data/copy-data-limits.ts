/** Limits and timings of the `copydata:` transport, with their reasons. */

/**
 * Limit of one WM_COPYDATA in bytes, its header included. It is far below the stack size of a
 * receiver that copies the data onto its stack, as Node with koffi does, and the sender waits only
 * briefly for one message.
 */
export const maxChunkBytes = 64 * 1024;

/** Bytes that a connection buffers for a slow reader before its peer has to wait. */
export const receiveWindowBytes = 256 * 1024;

/** Bytes in flight, passed to the pump and not yet taken by the peer, at which writing pauses. */
export const sendWindowBytes = 256 * 1024;

/**
 * Timeout of one attempt to send, in milliseconds. It is short because the pump sends for all
 * connections of the process, and a window that does not answer delays the others for this time.
 * The attempt is repeated with the same number, so cutting it neither loses nor duplicates
 * anything.
 */
export const attemptMs = 100;

/**
 * Timeout of an attempt to answer an opening, in milliseconds. It is shorter because any program of
 * the desktop can request it, for any window. A window whose thread runs answers within a
 * millisecond, and any other is tried again.
 */
export const openingAttemptMs = 20;

/**
 * Divisor of the pump's time: all windows together that have not taken the answer to an opening get
 * one part in this many. Forged openings cannot take the time of the connections.
 */
export const unansweredShare = 5;

/**
 * Timeout of the single attempt to send a refusal to a client, in milliseconds. It is shorter
 * because any program of the desktop can request it, for any window. A client that misses it is
 * ended by the timeout of its own dial.
 */
export const refusalMs = 20;

/**
 * Milliseconds before a window that did not answer is tried again: twice the attempt, so that the
 * others get most of the time.
 */
export const retryMs = 200;

/**
 * Milliseconds without an answer after which a window counts as hung. A busy machine needs a small
 * part of this to run its thread.
 */
export const hungMs = 4_000;

/**
 * Limit of the time that counts between two attempts at a window that does not answer, in
 * milliseconds: time in which the machine slept or this process was stopped must not count as
 * silence.
 */
export const maxSilenceStepMs = hungMs / 2;

/** Milliseconds after which a busy peer is tried again even if its `ready` never arrived. */
export const busyRetryMs = 1_000;

/** Milliseconds that the pump goes on sending the rest of a connection that was destroyed here. */
export const lingerMs = 5_000;

/**
 * Milliseconds that a dial waits for the server's answer: longer than for a hung window, so that a
 * hung window is reported as such.
 */
export const acceptMs = 6_000;

/**
 * Limit of openings of a listener that are being examined or whose client has not taken the answer
 * yet; further clients are refused as busy. Each holds a process handle.
 */
export const maxOpenings = 64;

/**
 * Milliseconds between checks that the peers' windows exist. It is the longest sleep of the pump,
 * so the checks need no wake-ups of their own.
 */
export const windowCheckMs = 1_000;

/**
 * Limit of one sleep of the pump in milliseconds. Only the check of the windows needs it to wake.
 * It bounds how long a thread that Node terminates stays in the system's wait.
 */
export const maxSleepMs = 1_000;

/**
 * Posted messages, which have no meaning for these windows, that are removed between two rounds: a
 * flood cannot starve the pump.
 */
export const postedPerRound = 64;

/**
 * Milliseconds that the pump outlives its last user, so that a program which connects repeatedly
 * does not start a thread each time.
 */
export const pumpLingerMs = 1_000;

/** Milliseconds that an exiting process waits for its pump to leave the system's calls. */
export const exitMs = 1_000;
