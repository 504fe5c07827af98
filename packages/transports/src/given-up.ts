import { RpcError } from "@crosspane/core";

/** The error of a dial whose signal aborted: its code and text are those of the signal's reason. */
export function givenUp(endpoint: string, signal: AbortSignal): RpcError {
  const { code, message } = RpcError.from(signal.reason, "cancelled");
  return new RpcError(code, `dial ${endpoint}: given up: ${message}`, { cause: signal.reason });
}
