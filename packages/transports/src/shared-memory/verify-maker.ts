import { RpcError } from "@crosspane/core";
import type { PeerProcess } from "../win32/peer-process.js";

/**
 * Compares the process that a peer claims in its memory with the owner of the memory that the
 * system reports. Anyone who may write there can name the process of another user.
 * @param owner the owner of the memory.
 * @throws {RpcError} `permissionDenied`.
 */
export function verifyMaker(owner: string, { identity }: PeerProcess, who: string): void {
  if (owner === identity.userSid) return;
  throw new RpcError(
    "permissionDenied",
    `${who} says that it is process ${identity.processId}, which runs as ${identity.userSid}, and its memory belongs to ${owner}; ` +
      "if it does not pose as another, let it make its objects in the name of the user that it runs as",
  );
}
