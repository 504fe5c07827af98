import { assertOptions } from "../errors/assert-options.js";
import { RpcError } from "../errors/rpc-error.js";

/** What one side of a connection accepts. Each side tells its own to the other in the handshake. */
export interface Limits {
  /**
   * Bytes of one message. Stops a peer from making this process hold an arbitrary amount of memory; checked before any of the
   * message is buffered. 16 MiB: four times gRPC's default, so that whole files of ordinary size pass.
   */
  readonly maxMessageBytes: number;
  /**
   * Calls that the peer may have running here at once. Bounds handlers and timers; twice as many answers may wait to be sent to
   * a peer that does not read.
   */
  readonly maxCallsInFlight: number;
  /**
   * Levels of arrays and maps in one value. Stops stack exhaustion in whatever walks the value; a cyclic value ends here too. Trees
   * deeper than 64 are better sent as lists.
   */
  readonly maxNesting: number;
  /** Items in one message, counted through all its arrays and maps. */
  readonly maxElements: number;
  /**
   * Bytes of memory that one message may take once it is decoded, by an estimate that is made before: an empty map is one byte on the wire and 80
   * in memory. What takes longer to decode than its memory tells, such as dates, short strings and new keys, counts for more, so this bounds the time
   * of a message as well. 32 MiB: a million numbers, a text or file of 16 MiB, 100,000 records of five fields, or 40,000 different keys; at most
   * about a tenth of a second.
   */
  readonly maxDecodedBytes: number;
  /** Bytes of a service list that is accepted before the peer is known to speak the protocol. */
  readonly maxHandshakeBytes: number;
  /** Milliseconds that a client has to complete the handshake. A silent one holds a place until then. */
  readonly handshakeTimeoutMs: number;
  /**
   * Milliseconds for which nothing may come of a message that has begun to arrive; then the connection ends. Without it a peer could
   * have the beginning of a large message held for ever. 30 s: as long as a heartbeat gives a silent peer; each byte begins it anew.
   */
  readonly messageStallMs: number;
  /**
   * Connections that a server keeps whose handshake is not complete. For a further one the one that has waited longest is closed, so
   * that clients which say nothing keep no one out. In a rush eight times as many may wait, each for a quarter of a second.
   */
  readonly maxHandshakes: number;
  /**
   * Connections that a server keeps. A further client is told `resourceExhausted` in answer to its hello. 1,024: far more processes
   * than one machine runs for one service, few enough that what each may make this process hold stays bounded.
   */
  readonly maxConnections: number;
  /** Text pairs in a call's metadata. */
  readonly maxMetadataEntries: number;
  /** UTF-16 units of all metadata of a call together. Metadata is for identifiers, not for data. */
  readonly maxMetadataChars: number;
  /** UTF-16 units of an error's message; longer ones are cut. An error that quotes its input must not multiply it. */
  readonly maxErrorChars: number;
  /**
   * Bytes of calls that wait to be started, because the peer does not read its answers fast enough or, for one-way calls, because
   * `maxCallsInFlight` handlers run, or because those that run hold `maxRunningBytes`, or because another call is still to return what they
   * call; 1 KiB is added for each. Beyond it calls are refused with `resourceExhausted`, and one-way calls are dropped and reported to `onError`.
   * The sender's `maxOneWayBytes` keeps one-way calls alone below it.
   */
  readonly maxDeferredBytes: number;
  /**
   * Bytes of one-way calls of this side that the peer has not confirmed; 1 KiB is added for each.
   * Beyond it they throw `resourceExhausted`; `connection.flush()` waits. Bounds what a peer that
   * does not read costs this side. 32 MiB: half of `maxDeferredBytes`, so that they alone never
   * fill that at the peer.
   */
  readonly maxOneWayBytes: number;
  /**
   * Bytes of memory, estimated as for `maxDecodedBytes`, of the messages whose calls run here for one peer, once for calls of services and once for
   * calls of objects and functions, which may be calls back that the others wait for. While there are more, further calls of the same kind wait
   * to be started, together up to `maxDeferredBytes`: without it `maxCallsInFlight` of the largest messages could be held at once. The message
   * that goes beyond it is still taken, so a call of any size that is accepted can run.
   */
  readonly maxRunningBytes: number;
  /**
   * Bytes that calls may take in all sessions of this thread together: once the memory of running calls of services, once that of
   * running calls of objects and functions, once the messages of those that wait. Above it a connection has no more than its equal part, so that some
   * peers cannot use up what the others need: its calls wait, and those that would wait are refused. 256 MiB: a process of Node's ordinary
   * size lives however many peers there are.
   */
  readonly maxProcessBytes: number;
  /**
   * Objects and functions of the peer that may be held here, and as many of this side that the peer may hold. Bounds the tables of
   * a peer that hands out, or asks for, references without end. A call that would go beyond it fails with `resourceExhausted`.
   */
  readonly maxReferences: number;
  /**
   * Streams in one direction that may be under way at once: each may have 64 KiB here that the program has not read. Those that the program has left count until the peer has ended them.
   */
  readonly maxStreams: number;
  /**
   * Bytes of one stream that may come before the program has taken them. Every stream begins with 64 KiB and grows towards this while it is
   * read as fast as it comes.
   */
  readonly maxStreamWindowBytes: number;
  /** Bytes that all streams of a connection together may have beyond the first 64 KiB of each. */
  readonly maxStreamBytes: number;
}

/** The limits of a side that sets none of its own. */
export const defaultLimits: Limits = {
  maxMessageBytes: 16 * 1024 * 1024,
  maxCallsInFlight: 1024,
  maxNesting: 64,
  maxElements: 1_000_000,
  maxDecodedBytes: 32 * 1024 * 1024,
  maxHandshakeBytes: 256 * 1024,
  handshakeTimeoutMs: 2_000,
  messageStallMs: 30_000,
  maxHandshakes: 64,
  maxConnections: 1024,
  maxMetadataEntries: 64,
  maxMetadataChars: 8192,
  maxErrorChars: 2048,
  maxDeferredBytes: 64 * 1024 * 1024,
  maxOneWayBytes: 32 * 1024 * 1024,
  maxRunningBytes: 64 * 1024 * 1024,
  maxProcessBytes: 256 * 1024 * 1024,
  maxReferences: 16_384,
  maxStreams: 1024,
  maxStreamWindowBytes: 1024 * 1024,
  maxStreamBytes: 64 * 1024 * 1024,
};

const limitNames: Readonly<Record<string, true>> = Object.fromEntries(
  Object.keys(defaultLimits).map((name) => [name, true as const]),
);
/**
 * Steps that checking one value may take, where a union has to try its members: a look at a property or an item that is not the last. A union whose
 * members look alike multiplies the work on a value by their number. At about 40 ns each this keeps a value within 80 ms, and 100,000 items of a union of
 * five are far below it. The same for every side, so not a part of {@link Limits}.
 */
export const maxConversionSteps = 2_000_000;

/** The largest limit: what a 32-bit length can announce. */
export const maxLimit = 0xffff_ffff;

/** What every side must take in one message, in bytes: errors and ends have to get through. */
export const leastMaxMessageBytes = 16 * 1024;

/**
 * The defaults with what the user set instead.
 * @throws {RpcError} `invalidArgument` for a limit that does not exist or is not a whole number from 1
 * (16 KiB for `maxMessageBytes`) to 2^32 - 1.
 */
export function resolveLimits(given: Partial<Limits> = {}): Limits {
  assertOptions("limits", given, limitNames);
  for (const [name, value] of Object.entries(given)) {
    const least = name === "maxMessageBytes" ? leastMaxMessageBytes : 1;
    if (!Number.isInteger(value) || value < least || value > maxLimit) {
      throw new RpcError(
        "invalidArgument",
        `limit ${name} must be a whole number from ${least} to ${maxLimit}, got ${value}`,
      );
    }
  }
  return { ...defaultLimits, ...given };
}
