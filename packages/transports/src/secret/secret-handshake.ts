import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { RpcError } from "@crosspane/core";
import { givenKind, isSecretChallenge, secretLabel, secretNonceBytes } from "@crosspane/core/transport";

/**
 * The bytes of the proof that both sides know a secret. `docs/wire-protocol.md` documents them for
 * programs in other languages. These are pure functions, which send nothing.
 */

export const nonceBytes = secretNonceBytes;
export const proofBytes = 32;
/** Minimum bytes of a secret. Anyone who has seen one proof could find a shorter one by trial. */
export const leastSecretBytes = 16;

/** Message that the other side's proof is wrong. The connection ends after it. */
export const refusal = Uint8Array.of(0);

/**
 * Returns the key of a secret.
 * @throws {RpcError} `invalidArgument` if the secret is shorter than {@link leastSecretBytes},
 * or not text or bytes.
 */
export function secretKey(secret: string | Uint8Array): Buffer {
  if (typeof secret !== "string" && !(secret instanceof Uint8Array)) {
    throw new RpcError("invalidArgument", `secret: must be text or bytes, got ${givenKind(secret)}`);
  }
  const key = typeof secret === "string" ? Buffer.from(secret, "utf8") : Buffer.from(secret);
  if (key.length >= leastSecretBytes) return key;
  throw new RpcError(
    "invalidArgument",
    `secret: needs at least ${leastSecretBytes} bytes, got ${key.length}; use random bytes, such as randomBytes(32) of node:crypto`,
  );
}

export function newNonce(): Buffer {
  return randomBytes(nonceBytes);
}

export function challenge(clientNonce: Uint8Array): Uint8Array {
  return Buffer.concat([secretLabel, clientNonce]);
}

/** Returns the nonce of a challenge, or undefined for any other message. */
export function readChallenge(message: Uint8Array): Buffer | undefined {
  return isSecretChallenge(message) ? Buffer.from(message.subarray(secretLabel.length)) : undefined;
}

/**
 * Returns the HMAC-SHA-256 of the label, the role of the prover, and both nonces. A proof is
 * therefore not valid for the other role or for another connection.
 */
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

/** Compares two proofs in constant time. */
export function isProof(received: Uint8Array, expected: Uint8Array): boolean {
  return received.length === expected.length && timingSafeEqual(received, expected);
}
