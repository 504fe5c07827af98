import { RpcError } from "@crosspane/core/transport";
import { waitForSingleObject } from "./kernel32.js";
import type { OwnedHandle } from "./owned-handle.js";
import { identifyProcess, openProcess, type ProcessIdentity } from "./process-identity.js";

const signaled = 0;

/** A process at the other end of a connection. The handle keeps its id from meaning another process. */
export interface PeerProcess {
  readonly handle: OwnedHandle;
  readonly identity: ProcessIdentity;
}

/**
 * Opens the process that a peer says it is.
 * @param startTime when the peer says that it began: the id may mean another process by now.
 * @throws {RpcError} `unavailable` if that process is gone, also while others hold it open; `permissionDenied`.
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
    assertAlive(handle, processId);
    return { handle, identity };
  } catch (error) {
    // Of a process that has ended, the system tells one thing and fails to tell another.
    using _ = handle;
    assertAlive(handle, processId, error);
    throw error;
  }
}

function assertAlive(handle: OwnedHandle, processId: number, cause?: unknown): void {
  if (waitForSingleObject(handle.value, 0) !== signaled) return;
  throw new RpcError("unavailable", `process ${processId} has ended`, { cause });
}
