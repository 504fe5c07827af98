import { RpcError } from "@crosspane/core";

/** The error for a peer that has stopped in the middle of a message. */
export function messageStalled(endpoint: string, limitMs: number): RpcError {
  return new RpcError(
    "unavailable",
    `connection to ${endpoint}: the peer stopped in the middle of a message and sent nothing for ${limitMs} ms (limit messageStallMs); ` +
      "it hangs or is stopped: reconnect, or raise the limit",
  );
}
