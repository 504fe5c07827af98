import { assertOptions } from "../errors/assert-options.js";
import { RpcError } from "../errors/rpc-error.js";

/**
 * Limits of what one side of a connection accepts. Each side sends its own to the other in the
 * handshake.
 */
export interface Limits {
  /**
   * Maximum bytes of one message. Keeps a peer from making this process hold an arbitrary amount of
   * memory. Checked before any of the message is buffered. 16 MiB: four times gRPC's default, so
   * that whole files of ordinary size pass.
   */
  readonly maxMessageBytes: number;
  /**
   * Maximum number of calls of the peer that run here at once. Bounds handlers and timers. Twice as
   * many answers may wait to be sent to a peer that does not read.
   */
  readonly maxCallsInFlight: number;
  /**
   * Maximum levels of arrays and maps in one value. Keeps code that walks the value from exhausting
   * the stack; also ends cyclic values. Trees deeper than 64 are better sent as lists.
   */
  readonly maxNesting: number;
  /** Maximum number of items in one message, counted through all its arrays and maps. */
  readonly maxElements: number;
  /**
   * Maximum bytes of memory that one message may take once it is decoded. Estimated before
   * decoding: an empty map is one byte on the wire and 80 in memory. Values that take longer to
   * decode than their memory suggests, such as dates, short strings and new keys, count for more.
   * So this bounds the time of a message as well. 32 MiB: a million numbers, a text or file of 16
   * MiB, 100,000 records of five numbers, 30,000 records of twenty, 400,000 texts of 8 characters,
   * 180,000 of 64, or 40,000 different keys; at most about a tenth of a second.
   */
  readonly maxDecodedBytes: number;
  /** Maximum bytes of a service list, accepted before the peer is known to speak the protocol. */
  readonly maxHandshakeBytes: number;
  /**
   * Milliseconds that a client has to complete the handshake. A silent client occupies a slot until
   * then.
   */
  readonly handshakeTimeoutMs: number;
  /**
   * Milliseconds without a byte of a message that has begun to arrive, after which the connection
   * ends. Without it a peer could have the beginning of a large message held for ever. 30 s: as
   * long as a heartbeat gives a silent peer. Each byte restarts the time.
   */
  readonly messageStallMs: number;
  /**
   * Maximum number of connections of a server whose handshake is not complete. A further one closes
   * the one that has waited longest, so that silent clients keep no one out. In a rush eight times
   * as many may wait, each for a quarter of a second.
   */
  readonly maxHandshakes: number;
  /**
   * Maximum number of connections of a server. A further client receives `resourceExhausted` in
   * answer to its hello. 1,024: far more processes than one machine runs for one service, and few
   * enough to bound what all of them can make this process hold.
   */
  readonly maxConnections: number;
  /** Maximum number of text pairs in a call's metadata. */
  readonly maxMetadataEntries: number;
  /**
   * Maximum UTF-16 units of all metadata of a call together. Metadata is for identifiers, not for
   * data.
   */
  readonly maxMetadataChars: number;
  /**
   * Maximum UTF-16 units of an error's message; longer ones are cut. An error that quotes its input
   * must not multiply it.
   */
  readonly maxErrorChars: number;
  /**
   * Maximum bytes of queued calls, plus 1 KiB for each. A call is queued if the peer does not read
   * its answers fast enough, if running calls hold `maxRunningBytes`, or if it calls a result that
   * another call has not returned yet; a one-way call also if `maxCallsInFlight` handlers run.
   * Beyond it calls are refused with `resourceExhausted`, and one-way calls are dropped and
   * reported to `onError`. The sender's `maxOneWayBytes` keeps one-way calls alone below it.
   */
  readonly maxDeferredBytes: number;
  /**
   * Maximum bytes of one-way calls of this side that the peer has not confirmed, plus 1 KiB for
   * each. Beyond it they throw `resourceExhausted`; `connection.flush()` waits. Bounds the cost of
   * a peer that does not read. 32 MiB: half of `maxDeferredBytes`, so that they alone never fill
   * that at the peer.
   */
  readonly maxOneWayBytes: number;
  /**
   * Maximum bytes of memory, estimated as for `maxDecodedBytes`, of the messages whose calls run
   * here for one peer. Counted separately for calls of services and for calls of objects and
   * functions, because the former may wait for callbacks among the latter. Beyond it further calls
   * of the same kind are queued, together up to `maxDeferredBytes`. Without it `maxCallsInFlight`
   * of the largest messages could be held at once. The message that exceeds it is still accepted,
   * so a call of any accepted size can run.
   */
  readonly maxRunningBytes: number;
  /**
   * Maximum bytes of calls in all sessions of this thread together. Counted separately for running
   * calls of services, for running calls of objects and functions, and for the messages of queued
   * calls. Above it a connection gets its equal share only, so that some peers cannot use up what
   * the others need: its calls are queued, and then refused. 256 MiB: a process of Node's ordinary
   * size survives any number of peers.
   */
  readonly maxProcessBytes: number;
  /**
   * Maximum number of objects and functions of the peer held here, and of this side held by the
   * peer. Bounds the tables of a peer that sends or requests references without end. A call beyond
   * it fails with `resourceExhausted`.
   */
  readonly maxReferences: number;
  /**
   * Maximum number of running streams in one direction. Each may have 64 KiB here that the program
   * has not read. A stream that the program has left counts until the peer has ended it.
   */
  readonly maxStreams: number;
  /**
   * Maximum bytes of one stream that may arrive before the program has taken them. Every stream
   * begins with 64 KiB and grows towards this while it is read as fast as it arrives.
   */
  readonly maxStreamWindowBytes: number;
  /** Maximum bytes of all streams of a connection together, beyond the first 64 KiB of each. */
  readonly maxStreamBytes: number;
}

/** The limits of a side that sets none. */
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
 * Maximum steps of checking one value where a union has to try its members. A step looks at a
 * property, or at an item that is not the last. A union whose members look alike multiplies the
 * work on a value by their number. At about 40 ns each this keeps a value within 80 ms. It allows
 * 100,000 items of a union of five members that their properties tell apart, 20,000 that are tried
 * as one member in vain, or 50,000 with properties of two members (28,000 to send). It is the same
 * for every side, so it is not a part of {@link Limits}.
 */
export const maxConversionSteps = 2_000_000;

/** The largest value of a limit: the maximum of a 32-bit length. */
export const maxLimit = 0xffff_ffff;

/** Bytes that every side must accept in one message: errors and ends have to get through. */
export const leastMaxMessageBytes = 16 * 1024;

/**
 * Merges the user's limits into the defaults.
 * @throws {RpcError} `invalidArgument` for a limit that does not exist or is not a whole number
 * from 1 (16 KiB for `maxMessageBytes`) to 2^32 - 1.
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
