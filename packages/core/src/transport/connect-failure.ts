import { RpcError } from "../errors/rpc-error.js";
import { isError } from "../runtime/brands.js";

/**
 * The one place that decides which failures of an attempt to connect are worth another attempt. A
 * transport says that no server is there by an `RpcError` with the code `unavailable`, and nothing
 * else means that.
 */

/**
 * The error for what an attempt to connect threw. Anything but an `RpcError` is a fault of a
 * program, such as a `TypeError` in a transport's `dial`, and becomes `internal`: the next attempt
 * would meet it again.
 */
export function connectFailure(endpoint: string, thrown: unknown): RpcError {
  const error = RpcError.from(thrown, "internal");
  if (error === thrown || error.code !== "internal") return error;
  const name = isError(thrown) ? `${thrown.name}: ` : "";
  const text = `connect to ${endpoint}: the transport failed with ${name}${error.message}`;
  return new RpcError("internal", text, { cause: thrown });
}

/** True if a server may answer the next attempt: none is there yet, or it went away. */
export function mayAppear({ code }: RpcError): boolean {
  return code === "unavailable";
}

/**
 * Returns true if another attempt to reconnect may succeed: a server may appear, or have room
 * again.
 */
export function isRetryable(error: RpcError): boolean {
  return mayAppear(error) || error.code === "resourceExhausted";
}
