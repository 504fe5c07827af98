import type { PeerInfo } from "@crosspane/core/transport";
import { ownIdentity, type ProcessIdentity } from "./process-identity.js";

/** What a connection tells of the process at its other end. */
export function peerFacts(identity: ProcessIdentity): Omit<PeerInfo, "transport" | "address"> {
  const { processId, imagePath, userSid, sessionId, elevated, administrator } = identity;
  const sameUser = userSid === ownIdentity().userSid;
  return { processId, imagePath, userSid, sessionId, elevated, administrator, sameUser };
}
