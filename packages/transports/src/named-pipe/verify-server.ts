import { RpcError } from "@crosspane/core";
import type { PeerInfo } from "@crosspane/core/transport";
import { objectOwner } from "../win32/object-owner.js";
import type { Handle } from "../win32/types.js";

/** A dialed server. */
export interface ExpectedServer {
  readonly endpoint: string;
  /** The SIDs of the users that may run it. */
  readonly expected: readonly string[];
}

/**
 * Verifies that the server of an opened pipe is one of the expected users, before anything is sent
 * to it. It uses two facts, and a program of another user cannot forge both: the pipe's owner,
 * which the system recorded when the pipe was created, and the user of the server's process. The
 * owner must be known; the process may be closed to this user, like that of a service.
 * @throws {RpcError} `permissionDenied` with the process.
 */
export function verifyServer(pipe: Handle, peer: PeerInfo, { endpoint, expected }: ExpectedServer): void {
  const refused = (problem: string, cause?: unknown) =>
    refusal(peer, { endpoint, expected }, { problem, cause });
  let owner: string;
  try {
    owner = objectOwner(pipe, peer.address);
  } catch (cause) {
    throw refused("the owner of its pipe cannot be read", cause);
  }
  if (!expected.includes(owner)) throw refused(`its pipe belongs to ${owner}`);
  if (peer.userSid !== undefined && !expected.includes(peer.userSid)) {
    throw refused(`it runs as ${peer.userSid}`);
  }
}

function refusal(
  { address, processId = 0, imagePath = "its program is not known to this user" }: PeerInfo,
  { endpoint, expected }: ExpectedServer,
  { problem, cause }: { readonly problem: string; readonly cause: unknown },
): RpcError {
  return new RpcError(
    "permissionDenied",
    `dial ${endpoint}: process ${processId} (${imagePath}) serves ${address}, and ${problem}, not to ${expected.join(" or ")}; ` +
      "end it if it poses as your server, or name its user in the option servedBy",
    cause === undefined ? {} : { cause },
  );
}
