import { RpcError } from "@crosspane/core";

/**
 * The error of a dial whose signal aborted: the signal's reason, or, with the reason's code, that of a server that was found.
 * @param found Names the server, if the dial has found one and waits for its answer: `process 4711`.
 */
export function givenUp(endpoint: string, signal: AbortSignal, found?: string): RpcError {
  const reason = RpcError.from(signal.reason, "cancelled");
  // An RpcError is `connect`'s own, which says it better.
  if (found === undefined && reason === signal.reason) return reason;
  const text =
    found === undefined
      ? `given up: ${reason.message}`
      : `the server (${found}) is there but has not answered; it may be busy or stopped`;
  return new RpcError(reason.code, `dial ${endpoint}: ${text}`, { cause: signal.reason });
}
