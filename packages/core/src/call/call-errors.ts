import { RpcError } from "../errors/rpc-error.js";
import { ShapeMismatch } from "../shape/shape-mismatch.js";
import type { CloseReason } from "./connection.js";

/** Error for a call that is still pending when its connection ends. */
export function endedError(
  label: string,
  { by, error }: CloseReason,
  endpoint: string,
  what = "was not answered",
): RpcError {
  const code =
    by === "local" && (error === undefined || error.code === "cancelled") ? "cancelled" : "unavailable";
  const why = error === undefined ? `the connection to ${endpoint} was closed` : error.message;
  return new RpcError(code, `${label} ${what}: ${why}`, { cause: error });
}

/**
 * Error for a call whose signal was aborted. The timeout of `AbortSignal.timeout` stays a deadline.
 */
export function abortError(label: string, signal: AbortSignal): RpcError {
  const { code, message } = RpcError.from(signal.reason, "cancelled");
  const kept = code === "deadlineExceeded" ? code : "cancelled";
  return new RpcError(kept, `${label} was cancelled: ${message}`, { cause: signal.reason });
}

/** Error for a call whose result is not of its declared type. */
export function resultError(label: string, thrown: unknown): RpcError {
  if (!(thrown instanceof ShapeMismatch)) return RpcError.from(thrown, "internal");
  return new RpcError("internal", `${label}: the peer answered with a ${thrown.describe()}`);
}
