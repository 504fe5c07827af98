import type { PeerInfo } from "@crosspane/core/transport";
import type { Signature } from "./authenticode.js";
import type { ProgramIdentity } from "./process-identity.js";
import { programSignature } from "./program-signature.js";

/** Adds the signer to a peer; it is read once, on the first access. */
export function withSigner(peer: PeerInfo, program: ProgramIdentity): PeerInfo {
  let signature: Signature | undefined;
  const read = () => {
    signature ??= programSignature(program);
    return signature;
  };
  return Object.defineProperties(peer, {
    signer: { get: () => read().signer },
    signatureError: { get: () => read().problem },
  });
}
