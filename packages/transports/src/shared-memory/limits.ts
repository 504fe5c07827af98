/**
 * Limits and timings of this transport, with their reasons. They are per connection unless stated
 * otherwise.
 */

/**
 * Size of each of the two rings in bytes. Large enough for what two busy sides have in flight.
 * Small enough that both rings stay in the processor's cache and that a hundred connections cost
 * little.
 */
export const defaultCapacity = 256 * 1024;

/**
 * Size of the groups in which small consecutive messages are published, in bytes. If all were
 * published together, the two sides would take turns: with 64 calls of 64 bytes in flight that took
 * 1.5 times as long. Publishing one group costs as much as copying this much.
 */
export const groupBytes = 512;

/**
 * Longest polling after activity before the connection sleeps, in microseconds. It is longer than a
 * peer takes to wake (10 to 50 on Windows, up to some hundred under Wine) or to collect its
 * garbage, because one unnecessary sleep costs both sides as much again. Each poll that finds
 * nothing halves the next one, down to `minPollUs`.
 */
export const maxPollUs = 500;

/** Shortest polling in microseconds: enough to see an answer that is already in flight. */
export const minPollUs = 10;

/**
 * A sleep that the peer ended within this time, in microseconds, was unnecessary: it cost two
 * wakes, the peer's and this side's.
 */
export const shortSleepUs = 500;

/**
 * Milliseconds of polling, busy or idle, after which timers and I/O of the program get a turn. It
 * is per thread.
 */
export const turnMs = 1;

/** Milliseconds after which a client without an answer checks that its request is still there. */
export const requestCheckMs = 20;

/**
 * Number of times that a server may take a client's request without an answer before the client
 * gives up. It is far above the number that clients cause by overwriting each other's requests.
 */
export const maxUnanswered = 50;

/**
 * Number of attempts, and the milliseconds between them, to create the rendezvous while a client
 * still holds that of the previous server.
 */
export const rendezvousAttempts = 20;
export const rendezvousAttemptMs = 10;

/** Longest step of a blocked wait in milliseconds, before it checks by itself. */
export const waitStepMs = 1_000;

/** Microseconds that a synchronous wait polls before it blocks. */
export const syncPollUs = 200;
