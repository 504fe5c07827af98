/**
 * The first message of a client that was given a secret: this label, then a nonce. The exchange
 * itself is not a part of core. A server without a secret recognizes the message only to say what
 * is missing.
 */

/** The name of the exchange and its version, in Latin-1: `crosspane-secret`, then the byte 1. */
export const secretLabel: Uint8Array = Uint8Array.from("crosspane-secret\x01", (char) => char.charCodeAt(0));

/** Bytes of the nonce that follows the label. */
export const secretNonceBytes = 32;

/** True for a client's first message of the exchange. */
export function isSecretChallenge(message: Uint8Array): boolean {
  return (
    message.length === secretLabel.length + secretNonceBytes &&
    secretLabel.every((byte, at) => byte === message[at])
  );
}
