import { RpcError } from "../errors/rpc-error.js";

const remedy = "send less at once, or a stream, or raise this limit where the message is received";

/** Error for bytes that are not a valid message. The connection ends with it. */
export function malformed(what: string): RpcError {
  return new RpcError("internal", `the peer sent a malformed message: ${what}`);
}

/** Error for a message of more items than `maxElements`. */
export function tooManyElements(maxElements: number): RpcError {
  return new RpcError(
    "resourceExhausted",
    `a message has more than maxElements = ${maxElements} items: ${remedy}`,
  );
}

/** Error for a message that takes more memory than `maxDecodedBytes`. */
export function tooManyBytes(maxDecodedBytes: number): RpcError {
  return new RpcError(
    "resourceExhausted",
    `a message takes more than maxDecodedBytes = ${maxDecodedBytes} bytes of memory once it is decoded: ${remedy}`,
  );
}

/** Error for a value of more levels than `maxNesting`. */
export function tooManyLevels(maxNesting: number): RpcError {
  return new RpcError(
    "resourceExhausted",
    `a value is nested deeper than maxNesting = ${maxNesting} levels: send it as a list, or raise this limit where the message is received`,
  );
}
