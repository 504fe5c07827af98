import { RpcError } from "@crosspane/core";
import type { PeerInfo } from "@crosspane/core/transport";
import { objectOwner } from "../win32/object-owner.js";
import type { Handle } from "../win32/types.js";

/**
 * Verifies that the server of an opened pipe is one of the expected users, before anything is sent
 * to it. It uses two facts, and a program of another user cannot forge both: the pipe's owner,
 * which the system recorded when the pipe was created, and the user of the server's process. The
 * owner must be known; the process may be closed to this user, like that of a service.
 * @param expected the SIDs of the users that may run the server.
 * @throws {RpcError} `permissionDenied` with the process.
 */
export function verifyServer(
  pipe: Handle,
  peer: PeerInfo,
  expected: readonly string[],
  endpoint: string,
): void {
  let owner: string;
  try {
    owner = objectOwner(pipe, peer.address);
  } catch (cause) {
    throw refused(endpoint, peer, expected, "the owner of its pipe cannot be read", cause);
  }
  if (!expected.includes(owner)) throw refused(endpoint, peer, expected, `its pipe belongs to ${owner}`);
  if (peer.userSid !== undefined && !expected.includes(peer.userSid)) {
    throw refused(endpoint, peer, expected, `it runs as ${peer.userSid}`);
  }
}

function refused(
  endpoint: string,
  { address, processId = 0, imagePath = "its program is not known to this user" }: PeerInfo,
  expected: readonly string[],
  problem: string,
  cause?: unknown,
): RpcError {
  return new RpcError(
    "permissionDenied",
    `dial ${endpoint}: process ${processId} (${imagePath}) serves ${address}, and ${problem}, not to ${expected.join(" or ")}; ` +
      "end it if it poses as your server, or name its user in the option servedBy",
    cause === undefined ? {} : { cause },
  );
}
