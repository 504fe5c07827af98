import { type Code, RpcError } from "@crosspane/core";
import { hungMs } from "./copy-data-limits.js";
import { nameOf, type PeerProcess } from "./peer-process.js";
import type { Break } from "./pump-messages.js";

const meanings: Readonly<Record<Break, readonly [code: Code, meaning: string]>> = {
  gone: ["unavailable", "is gone; reconnect"],
  died: ["unavailable", "is gone, its process has ended; reconnect"],
  hung: ["unavailable", `has not answered for ${hungMs} ms: its program hangs or is stopped`],
  unknown: ["unavailable", "does not know this connection any more; reconnect"],
  blocked: [
    "permissionDenied",
    "may not be sent to: Windows blocks messages to programs with more rights; see allowLowerIntegrity",
  ],
  gap: ["internal", "has violated the protocol: a message of this connection was lost, or it is not a peer"],
};

/** Returns the error for the end of a connection that its pump reports. */
export function describeBreak(reason: Break, { window, processId }: PeerProcess): RpcError {
  const [code, meaning] = meanings[reason];
  return new RpcError(code, `${nameOf(window, processId)} ${meaning}`);
}
