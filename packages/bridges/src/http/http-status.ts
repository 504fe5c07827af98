import type { Code } from "@crosspane/core";

/**
 * HTTP status of each error code. They are those that gRPC gateways use
 * (https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto).
 */
export const httpStatus: Readonly<Record<Code, number>> = {
  cancelled: 499,
  unknown: 500,
  invalidArgument: 400,
  deadlineExceeded: 504,
  notFound: 404,
  alreadyExists: 409,
  permissionDenied: 403,
  resourceExhausted: 429,
  failedPrecondition: 400,
  aborted: 409,
  outOfRange: 400,
  unimplemented: 501,
  internal: 500,
  unavailable: 503,
  dataLoss: 500,
  unauthenticated: 401,
};
