import { RpcError } from "@crosspane/core/transport";
import { waitForSingleObject } from "./kernel32.js";
import type { OwnedHandle } from "./owned-handle.js";
import { identifyProcess, openProcess, type ProcessIdentity } from "./process-identity.js";

const signaled = 0;

/** The process of a peer. The open handle prevents the system from reusing its id. */
export interface PeerProcess {
  readonly handle: OwnedHandle;
  readonly identity: ProcessIdentity;
}

/**
 * Opens the process that a peer claims to be.
 * @param startTime the start time that the peer claims: the id may mean another process by now.
 * @throws {RpcError} `unavailable` if that process has exited, even while others hold it open;
 * `permissionDenied`.
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
    // The system reveals some facts of an exited process and fails for others.
    using _ = handle;
    assertAlive(handle, processId, error);
    throw error;
  }
}

function assertAlive(handle: OwnedHandle, processId: number, cause?: unknown): void {
  if (waitForSingleObject(handle.value, 0) !== signaled) return;
  throw new RpcError("unavailable", `process ${processId} has ended`, { cause });
}
