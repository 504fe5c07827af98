import type { PeerInfo } from "@crosspane/core/transport";
import { ownIdentity, type ProcessIdentity } from "./process-identity.js";

/** Returns the facts that a connection reports of the process of its peer. */
export function peerFacts(identity: ProcessIdentity): Omit<PeerInfo, "transport" | "address"> {
  const { processId, imagePath, userSid, sessionId, elevated, administrator } = identity;
  const sameUser = userSid === ownIdentity().userSid;
  return { processId, imagePath, userSid, sessionId, elevated, administrator, sameUser };
}
