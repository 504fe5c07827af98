import { RpcError } from "@crosspane/core";

/** The way in which the peer has ended, if it has. `gone` is the end of its process. */
export type PeerEnd = "not" | "inOrder" | "brokenOff" | "gone";

/**
 * Returns the reason of the end of a connection that the peer has ended, or undefined if it ended
 * in order.
 */
export function errorOfEnd(
  ended: Exclude<PeerEnd, "not">,
  endpoint: string,
  insideMessage: boolean,
): RpcError | undefined {
  const text = `connection to ${endpoint}`;
  if (insideMessage)
    return new RpcError("unavailable", `${text}: the peer ended in the middle of a message; reconnect`);
  if (ended === "gone") return new RpcError("unavailable", `${text}: the peer's process ended; reconnect`);
  if (ended === "inOrder") return undefined;
  return new RpcError("unavailable", `${text}: the peer broke off the connection; reconnect`);
}
