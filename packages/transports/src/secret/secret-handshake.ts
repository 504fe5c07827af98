import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { RpcError } from "@crosspane/core";
import { isSecretChallenge, secretLabel, secretNonceBytes } from "@crosspane/core/transport";

/**
 * The bytes of the proof that both sides know a secret; `docs/wire-protocol.md` has them for programs in other languages.
 * Pure: nothing here sends.
 */

export const nonceBytes = secretNonceBytes;
export const proofBytes = 32;
/** Shorter secrets can be tried out by whoever has seen one proof. */
export const leastSecretBytes = 16;

/** Says that the other side's proof is wrong; the connection ends after it. */
export const refusal = Uint8Array.of(0);

/** @throws {RpcError} `invalidArgument` if the secret is shorter than {@link leastSecretBytes}. */
export function secretKey(secret: string | Uint8Array): Buffer {
  const key = typeof secret === "string" ? Buffer.from(secret, "utf8") : Buffer.from(secret);
  if (key.length >= leastSecretBytes) return key;
  throw new RpcError(
    "invalidArgument",
    `secret: needs at least ${leastSecretBytes} bytes, got ${key.length}; use random ones, as randomBytes(32) of node:crypto gives`,
  );
}

export function newNonce(): Buffer {
  return randomBytes(nonceBytes);
}

export function challenge(clientNonce: Uint8Array): Uint8Array {
  return Buffer.concat([secretLabel, clientNonce]);
}

/** The nonce in a challenge; undefined if the message is none. */
export function readChallenge(message: Uint8Array): Buffer | undefined {
  return isSecretChallenge(message) ? Buffer.from(message.subarray(secretLabel.length)) : undefined;
}

/** HMAC-SHA-256 over the label, the role of who proves, and both nonces: no proof serves the other role or another connection. */
export function proof(
  key: Uint8Array,
  role: "client" | "server",
  nonces: { readonly client: Uint8Array; readonly server: Uint8Array },
): Buffer {
  const hmac = createHmac("sha256", key).update(secretLabel);
  return hmac
    .update(role === "client" ? "C" : "S")
    .update(nonces.client)
    .update(nonces.server)
    .digest();
}

/** Takes the same time wherever the two differ. */
export function isProof(received: Uint8Array, expected: Uint8Array): boolean {
  return received.length === expected.length && timingSafeEqual(received, expected);
}
