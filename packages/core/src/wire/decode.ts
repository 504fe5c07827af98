import { msgpackCodec } from "../codec/msgpack-codec.js";
import { RpcError } from "../errors/rpc-error.js";

/**
 * Decodes a value that passed the structure guard, from `start` to `end` or to the end of the
 * bytes.
 * @throws {RpcError} `internal` if it does not decode.
 */
export function decode(bytes: Uint8Array, start: number, end?: number): unknown {
  try {
    return msgpackCodec.decode(bytes, start, end);
  } catch (thrown) {
    throw undecodable(thrown);
  }
}

/**
 * Decodes as {@link decode} does, but byte strings in the result are views of the bytes.
 * @throws {RpcError} `internal` if it does not decode.
 */
export function decodeSharing(bytes: Uint8Array): unknown {
  try {
    return msgpackCodec.decodeSharing(bytes);
  } catch (thrown) {
    throw undecodable(thrown);
  }
}

/**
 * Decodes one of several consecutive values, as {@link decode} does.
 * @returns the value, and the index after it.
 * @throws {RpcError} `internal` if it does not decode.
 */
export function decodeNext(
  bytes: Uint8Array,
  start: number,
): { readonly value: unknown; readonly end: number } {
  try {
    return msgpackCodec.decodeNext(bytes, start);
  } catch (thrown) {
    throw undecodable(thrown);
  }
}

function undecodable(cause: unknown): RpcError {
  return malformed("it does not decode", cause);
}

/** Error for bytes that violate the protocol. */
export function malformed(what: string, cause?: unknown): RpcError {
  return new RpcError(
    "internal",
    `the peer sent a malformed message: ${what}`,
    cause === undefined ? {} : { cause },
  );
}
