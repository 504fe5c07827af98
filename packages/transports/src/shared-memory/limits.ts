/** The numbers of this transport, with their reasons. All of one connection unless it says otherwise. */

/**
 * Bytes of each of the two rings. Large enough for what two busy sides have under way, small enough that both rings stay in the
 * processor's cache and that a hundred connections cost little.
 */
export const defaultCapacity = 256 * 1024;

/**
 * Small messages that are sent one after the other go out in groups of so many bytes. If all went out together, the two sides would take turns:
 * with 64 calls of 64 bytes under way that took 1.5 times as long. Publishing one group costs as much as copying this much.
 */
export const groupBytes = 512;

/**
 * Microseconds that are polled at most after something came or went, before the connection sleeps: more than a peer takes to wake (10 to 50
 * on Windows, up to some hundred under Wine) or to collect its garbage, because one sleep too many costs both sides as much again. Polling that finds
 * nothing is halved each time, down to `minPollUs`.
 */
export const maxPollUs = 500;

/** Where polling that does not pay ends up: enough to see an answer that is already on its way. */
export const minPollUs = 10;

/** A sleep that the peer ended so soon, in microseconds, was one too many: two wakes, its and this side's. */
export const shortSleepUs = 500;

/** Milliseconds of polling, busy or not, after which timers and I/O of the program get their turn. Of one thread. */
export const turnMs = 1;

/** Milliseconds after which a client that got no answer looks whether its request is still there. */
export const requestCheckMs = 20;

/**
 * How often a server may take a client's request without an answer before the client gives up: many times what clients that spoil each other's
 * requests make of it.
 */
export const maxUnanswered = 50;

/** How often, and how many milliseconds apart, a server tries to make its lobby while a client holds the one of its predecessor. */
export const lobbyAttempts = 20;
export const lobbyAttemptMs = 10;

/** Milliseconds that a blocked wait lasts at most before it looks for itself. */
export const waitStepMs = 1_000;

/** Microseconds that a synchronous wait polls before it blocks. */
export const syncPollUs = 200;
