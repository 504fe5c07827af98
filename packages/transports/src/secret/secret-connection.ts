import { clearTimeout, setTimeout } from "node:timers";
import { RpcError } from "@crosspane/core";
import type {
  HandshakeMessages,
  MessageReceiver,
  PeerInfo,
  TransportCapabilities,
  TransportChoice,
  TransportConnection,
} from "@crosspane/core/transport";
import {
  challenge,
  isProof,
  newNonce,
  nonceBytes,
  proof,
  proofBytes,
  readChallenge,
  refusal,
} from "./secret-handshake.js";

/** Milliseconds that a connection stays open after a wrong proof, so that the refusal arrives. */
const refusalMs = 40;

/**
 * A connection that carries messages only after both sides have proved that they know the secret.
 * The limits of the session's handshake also bound the proof, in bytes and in time: the session
 * sets `maxReceiveBytes` and aborts.
 */
abstract class SecretConnection implements TransportConnection {
  readonly capabilities: TransportCapabilities;
  readonly peer: PeerInfo;
  readonly receiveSync?: (timeoutMs: number) => boolean;
  protected readonly inner: TransportConnection;
  protected readonly key: Uint8Array;
  #receiver: MessageReceiver | undefined;
  #state: "proving" | "proved" | "refused" | "closed" = "proving";
  /** Messages that the session has sent before the proof. */
  readonly #early: Uint8Array[] = [];

  constructor(inner: TransportConnection, key: Uint8Array) {
    this.inner = inner;
    this.key = key;
    this.capabilities = inner.capabilities;
    this.peer = inner.peer;
    if (inner.receiveSync !== undefined) this.receiveSync = (timeoutMs) => !!inner.receiveSync?.(timeoutMs);
  }

  get choice(): TransportChoice | undefined {
    return this.inner.choice;
  }

  set choice(choice: TransportChoice | undefined) {
    this.inner.choice = choice;
  }

  get maxReceiveBytes(): number {
    return this.inner.maxReceiveBytes;
  }

  set maxReceiveBytes(bytes: number) {
    this.inner.maxReceiveBytes = bytes;
  }

  get messageStallMs(): number {
    return this.inner.messageStallMs ?? Number.POSITIVE_INFINITY;
  }

  set messageStallMs(ms: number) {
    if ("messageStallMs" in this.inner) this.inner.messageStallMs = ms;
  }

  start(receiver: MessageReceiver): void {
    this.#receiver = receiver;
    this.inner.start({
      message: (bytes) => {
        if (this.#state === "proved") receiver.message(bytes);
        else if (this.#state === "proving") this.prove(bytes);
      },
      drained: () => {
        if (this.#state === "proved") receiver.drained();
      },
      closed: (error) => this.#close(error ?? (this.#state === "proving" ? this.unproved() : undefined)),
    });
    this.begin();
  }

  send(message: Uint8Array): boolean {
    if (this.#state === "proved") return this.inner.send(message);
    if (this.#state === "proving") this.#early.push(new Uint8Array(message));
    return true;
  }

  pause(): void {
    this.inner.pause();
  }

  resume(): void {
    this.inner.resume();
  }

  ref(): void {
    this.inner.ref?.();
  }

  unref(): void {
    this.inner.unref?.();
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  abort(error: RpcError): void {
    // After a refusal, the link closes as soon as the other side has received it.
    if (this.#state !== "refused") this.inner.abort(error);
  }

  /** Handshake messages of the session, which follow the proof; undefined without a session. */
  protected get handshake(): HandshakeMessages | undefined {
    return this.#receiver?.handshake;
  }

  /** Begins the proof. */
  protected abstract begin(): void;
  /** Handles one message of the other side's proof. */
  protected abstract prove(bytes: Uint8Array): void;
  /** Returns the error for a connection that the other side has ended before its proof, if any. */
  protected abstract unproved(): RpcError | undefined;

  protected proved(): void {
    this.#state = "proved";
    for (const message of this.#early.splice(0)) this.inner.send(message);
  }

  /** Ends the connection. The session is notified at once, the other side by `farewell`. */
  protected refuse(error: RpcError, farewell?: Uint8Array): void {
    if (farewell === undefined) {
      this.inner.abort(error);
      return this.#close(error);
    }
    this.#state = "refused";
    this.inner.send(farewell);
    const timer = setTimeout(() => this.inner.abort(error), refusalMs);
    void this.inner.close().finally(() => clearTimeout(timer));
    this.#receiver?.closed(error);
  }

  #close(error: RpcError | undefined): void {
    const told = this.#state === "closed" || this.#state === "refused";
    if (this.#state !== "refused") this.#state = "closed";
    if (!told) this.#receiver?.closed(error);
  }
}

/** Client side of the proof. It sends first, and trusts no server before the server's proof. */
export class SecretClientConnection extends SecretConnection {
  readonly #nonce = newNonce();

  protected begin(): void {
    this.inner.send(challenge(this.#nonce));
  }

  protected prove(bytes: Uint8Array): void {
    const where = this.peer.address;
    if (bytes.length === nonceBytes + proofBytes) {
      const nonces = { client: this.#nonce, server: bytes.slice(0, nonceBytes) };
      if (isProof(bytes.subarray(nonceBytes), proof(this.key, "server", nonces))) {
        this.inner.send(proof(this.key, "client", nonces));
        return this.proved();
      }
    }
    // A server without a secret answers the challenge with a message of the session.
    if (this.handshake?.readEnd(bytes)?.code === "unauthenticated") {
      const missing = `${where}: this client was given a secret and the server was not; pass \`secret\` to both serve and connect`;
      return this.refuse(new RpcError("unauthenticated", missing));
    }
    const wrong = `${where}: the server does not know the secret of this client; pass the same \`secret\` to serve and connect`;
    this.refuse(new RpcError("unauthenticated", wrong), refusal);
  }

  protected unproved(): RpcError {
    const why = "the server ended the connection before it proved that it knows the secret";
    return new RpcError("unavailable", `${this.peer.address}: ${why}`);
  }
}

/**
 * Server side of the proof. Apart from clients without a secret, it answers only a well-formed
 * challenge. It passes on no message before the client's proof.
 */
export class SecretServerConnection extends SecretConnection {
  #nonces: { readonly client: Uint8Array; readonly server: Uint8Array } | undefined;

  protected begin(): void {}

  protected prove(bytes: Uint8Array): void {
    const where = this.peer.address;
    if (this.#nonces !== undefined) {
      if (isProof(bytes, proof(this.key, "client", this.#nonces))) return this.proved();
      return this.refuse(
        new RpcError("unauthenticated", `${where}: the client does not know the secret; ${sameSecret}`),
      );
    }
    const client = readChallenge(bytes);
    if (client === undefined) {
      // A client that sends a hello has no secret. It learns that one is needed, and nothing else.
      const { handshake } = this;
      if (!handshake?.isHello(bytes)) {
        const text = `${where}: the client sent something else than a request for a proof of the secret`;
        return this.refuse(new RpcError("unauthenticated", text));
      }
      const error = new RpcError(
        "unauthenticated",
        `${where}: the client was given no secret; ${sameSecret}`,
      );
      return this.refuse(error, handshake.encodeEnd(secretNeeded));
    }
    this.#nonces = { client, server: newNonce() };
    this.inner.send(Buffer.concat([this.#nonces.server, proof(this.key, "server", this.#nonces)]));
  }

  protected unproved(): undefined {
    return undefined;
  }
}

const sameSecret = "pass the same `secret` to serve and connect";

const secretNeeded = {
  code: "unauthenticated",
  message: "the server asks for a secret and this client was given none; pass `secret` to connect",
} as const;
