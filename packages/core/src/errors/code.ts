/**
 * Reasons that a call or a connection failed. The names and numbers are gRPC's
 * (https://grpc.io/docs/guides/status-codes/); the number travels on the wire.
 */
export const codeNumbers = {
  /** The caller gave up, by its signal or by closing the connection. */
  cancelled: 1,
  /** A newer peer sent a code that this version does not know. */
  unknown: 2,
  /** An argument does not have the declared type, or an option is out of its range. */
  invalidArgument: 3,
  /** The deadline of the call passed; the work may or may not have been done. */
  deadlineExceeded: 4,
  notFound: 5,
  /** The name that a server wants to listen on is taken. */
  alreadyExists: 6,
  permissionDenied: 7,
  /** A limit was reached: message size, calls in flight, nesting. */
  resourceExhausted: 8,
  /**
   * The two sides were generated from different versions of the method, or the state forbids the
   * call.
   */
  failedPrecondition: 9,
  aborted: 10,
  /** Events that were asked for are not kept any more. */
  outOfRange: 11,
  /** The peer does not offer this service or method. */
  unimplemented: 12,
  /** A result does not have the declared type, a handler threw, or a peer violated the protocol. */
  internal: 13,
  /** The peer is not there, or went away before it answered. */
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const;

/** The closed set of error codes. */
export type Code = keyof typeof codeNumbers;

/** All codes, in the order of their numbers. */
export const codes = Object.keys(codeNumbers) as readonly Code[];

/**
 * Returns the code with this number, or `unknown` for a number that a newer peer may have added.
 */
export function codeFromNumber(number: number): Code {
  return codes[number - 1] ?? "unknown";
}
