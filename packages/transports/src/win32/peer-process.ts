import { RpcError } from "@crosspane/core/transport";
import type { OwnedHandle } from "./owned-handle.js";
import { identifyProcess, openProcess, type ProcessIdentity } from "./process-identity.js";

/** A process at the other end of a connection. The handle keeps its id from meaning another process. */
export interface PeerProcess {
  readonly handle: OwnedHandle;
  readonly identity: ProcessIdentity;
}

/**
 * Opens the process that a peer says it is.
 * @param startTime when the peer says that it began: the id may mean another process by now.
 * @throws {RpcError} `unavailable` if that process is gone, `permissionDenied`.
 */
export function openPeerProcess(processId: number, startTime: bigint): PeerProcess {
  const handle = openProcess(processId);
  try {
    const identity = identifyProcess(handle.value, processId);
    if (identity.startTime !== startTime) {
      throw new RpcError(
        "unavailable",
        `process ${processId} has ended, and its id means another process now`,
      );
    }
    return { handle, identity };
  } catch (error) {
    handle.close();
    throw error;
  }
}
