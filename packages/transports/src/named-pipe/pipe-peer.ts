import type { PeerInfo } from "@crosspane/core/transport";
import { getNamedPipeClientProcessId, getNamedPipeServerProcessId } from "../win32/kernel32.js";
import type { OwnedHandle } from "../win32/owned-handle.js";
import { peerFacts } from "../win32/peer-facts.js";
import { identifyProcess, identifyProgram, openProcess } from "../win32/process-identity.js";
import type { Handle } from "../win32/types.js";
import { withSigner } from "../win32/with-signer.js";

/**
 * Returns the identity of the peer of a pipe, as far as the system reports it. Of a process that
 * has exited or is closed to this user, little more than the id is known.
 */
export function pipePeer(pipe: Handle, peer: "client" | "server", path: string): PeerInfo {
  const known: PeerInfo = { transport: "pipe", address: path };
  const ids = new Uint32Array(1);
  const ask = peer === "client" ? getNamedPipeClientProcessId : getNamedPipeServerProcessId;
  if (ask(pipe, ids) === 0) return known;
  return withProgram({ ...known, processId: ids[0] as number }, ids[0] as number);
}

function withProgram(known: PeerInfo, processId: number): PeerInfo {
  let opened: OwnedHandle;
  try {
    opened = openProcess(processId);
  } catch {
    return known;
  }
  using process = opened;
  try {
    const identity = identifyProcess(process.value, processId);
    return withSigner({ ...known, ...peerFacts(identity) }, identity);
  } catch {
    return withPath(known, process, processId);
  }
}

/**
 * Adds the path: the token of another user's process is closed to this user, but its path may be
 * open.
 */
function withPath(known: PeerInfo, process: OwnedHandle, processId: number): PeerInfo {
  try {
    const program = identifyProgram(process.value, processId);
    return withSigner({ ...known, imagePath: program.imagePath }, program);
  } catch {
    return known;
  }
}
