import { RpcError } from "../errors/rpc-error.js";
import { isError } from "../runtime/brands.js";

/**
 * Decides which failures of an attempt to connect are worth another attempt. No other code does. A
 * transport reports that no server is there by an `RpcError` with the code `unavailable`, which
 * means nothing else.
 */

/**
 * Returns the error for what an attempt to connect threw. Anything but an `RpcError` is a bug of a
 * program, such as a `TypeError` in a transport's `dial`. It becomes `internal`, because the next
 * attempt would fail with it again.
 */
export function connectFailure(endpoint: string, thrown: unknown): RpcError {
  const error = RpcError.from(thrown, "internal");
  if (error === thrown || error.code !== "internal") return error;
  const name = isError(thrown) ? `${thrown.name}: ` : "";
  const text = `connect to ${endpoint}: the transport failed with ${name}${error.message}`;
  return new RpcError("internal", text, { cause: thrown });
}

/** True if a server may answer the next attempt: there is none yet, or it went away. */
export function mayAppear({ code }: RpcError): boolean {
  return code === "unavailable";
}

/**
 * True if a connection that was open once may be restored: a server may appear, or have room again.
 */
export function isRetryable(error: RpcError): boolean {
  return mayAppear(error) || error.code === "resourceExhausted";
}
