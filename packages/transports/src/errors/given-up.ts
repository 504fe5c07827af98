import { RpcError } from "@crosspane/core";

/**
 * Returns the error of a dial whose signal aborted. It is the signal's reason, or has its code and
 * names the server that was found.
 * @param found the server, if the dial has found one and awaits its answer: `process 4711`.
 */
export function givenUp(endpoint: string, signal: AbortSignal, found?: string): RpcError {
  const reason = RpcError.from(signal.reason, "cancelled");
  // An RpcError comes from `connect`, and is more precise.
  if (found === undefined && reason === signal.reason) return reason;
  const text =
    found === undefined
      ? `given up: ${reason.message}`
      : `the server (${found}) is there but has not answered; it may be busy or stopped`;
  return new RpcError(reason.code, `dial ${endpoint}: ${text}`, { cause: signal.reason });
}
