import type { PeerInfo } from "@crosspane/core";
import { RpcError } from "@crosspane/core";
import type { OwnedHandle } from "../win32/owned-handle.js";
import { peerFacts } from "../win32/peer-facts.js";
import { identifyProcess, openProcess, ownIdentity } from "../win32/process-identity.js";
import type { Hwnd } from "../win32/types.js";
import { getWindowThreadProcessId } from "../win32/user32.js";
import { withSigner } from "../win32/with-signer.js";

/** The process that owns a window. It is held open so that the system does not reuse its id. */
export interface PeerProcess {
  readonly window: Hwnd;
  readonly processId: number;
  readonly handle: OwnedHandle;
  readonly peer: PeerInfo;
}

/**
 * Identifies the process of a window and applies the rule of the transport: the same user. Looks up
 * the window's owner again once the process is open, so that the answer applies to this process and
 * not to an earlier one with its id.
 * @param operation for messages: `dial copydata:inventory`.
 * @throws {RpcError} `unavailable` if the window is gone, `permissionDenied` if it belongs to
 * another user.
 */
export function peerProcessOf(window: Hwnd, operation: string): PeerProcess {
  const processId = processOf(window);
  if (processId === 0) throw gone(window, operation);
  const handle = openPeer(processId, window, operation);
  try {
    if (processOf(window) !== processId) throw gone(window, operation);
    const identity = identifyProcess(handle.value, processId);
    if (identity.userSid !== ownIdentity().userSid) throw foreign({ window, processId }, operation);
    return {
      window,
      processId,
      handle,
      peer: withSigner(
        { transport: "copydata", address: nameOf(window, processId), ...peerFacts(identity) },
        identity,
      ),
    };
  } catch (thrown) {
    handle.close();
    // The system reports varying errors for a process that is exiting.
    if (processOf(window) !== processId) throw gone(window, operation, thrown);
    throw isDenied(thrown) ? foreign({ window, processId }, operation, thrown) : thrown;
  }
}

/** Returns the id of the process that owns a window; 0 if there is no such window. */
export function processOf(window: Hwnd): number {
  const processId = new Uint32Array(1);
  return getWindowThreadProcessId(window, processId) === 0 ? 0 : (processId[0] as number);
}

/** Describes a window in messages. */
export function nameOf(window: Hwnd, processId: number): string {
  return `window 0x${window.toString(16)} of process ${processId}`;
}

function openPeer(processId: number, window: Hwnd, operation: string): OwnedHandle {
  try {
    return openProcess(processId);
  } catch (thrown) {
    throw isDenied(thrown) ? foreign({ window, processId }, operation, thrown) : thrown;
  }
}

function isDenied(thrown: unknown): boolean {
  return thrown instanceof RpcError && thrown.code === "permissionDenied";
}

function gone(window: Hwnd, operation: string, cause?: unknown): RpcError {
  const text = `${operation}: window 0x${window.toString(16)} is gone; try again`;
  return new RpcError("unavailable", text, { cause });
}

function foreign(
  { window, processId }: Pick<PeerProcess, "window" | "processId">,
  operation: string,
  cause?: unknown,
): RpcError {
  return new RpcError(
    "permissionDenied",
    `${operation}: ${nameOf(window, processId)} does not verifiably belong to this user; run both programs as the same user, with the same rights`,
    { cause },
  );
}
