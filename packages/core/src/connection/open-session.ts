import { RpcError } from "../errors/rpc-error.js";
import { isSecretChallenge } from "../transport/secret-challenge.js";
import type { TransportConnection } from "../transport/transport.js";
import { encodeEnd } from "../wire/encode-message.js";
import { encodeHello, encodeWelcome, introduce } from "../wire/handshake.js";
import { type Introduction, type Message, protocolVersion } from "../wire/message.js";
import { parseMessage } from "../wire/parse-message.js";
import { handshakeMessages } from "./handshake-messages.js";
import { Session, type SessionFace } from "./session.js";
import type { SessionOptions } from "./session-options.js";

/** Which side of the handshake this is, and what bounds it. */
export interface Handshake {
  readonly role: "client" | "server";
  /** Ends the attempt; its reason is the error. */
  readonly signal: AbortSignal;
  /** Makes the public face of the session. */
  readonly connectionOf: (session: Session) => SessionFace;
  /** Why no further peer is taken, if so: asked once the peer has said a well-formed hello. */
  readonly full?: () => RpcError | undefined;
  /** Told of the session before it takes its first message. It must not throw. */
  readonly onOpen?: (session: Session) => void;
}

/**
 * Performs the handshake on a fresh transport connection and gives the session. The client speaks first; a server sends nothing
 * to a peer that has not said a well-formed hello, except to a client that asks for the proof of a secret.
 * @throws {RpcError} `unavailable` if the peer closed instead, `failedPrecondition` if it speaks another version,
 * `internal` if it does not speak the protocol, or the signal's reason. The transport connection is over then.
 */
export function openSession(
  transport: TransportConnection,
  options: SessionOptions,
  handshake: Handshake,
): Promise<Session> {
  const { role, signal } = handshake;
  const { promise, resolve, reject } = Promise.withResolvers<Session>();
  let session: Session | undefined;
  let failed = false;

  const giveUp = (error: RpcError, endTransport: () => void) => {
    if (session !== undefined || failed) return;
    failed = true;
    signal.removeEventListener("abort", onAbort);
    endTransport();
    reject(error);
  };
  const fail = (error: RpcError) => giveUp(error, () => transport.abort(error));
  /** For a peer that speaks the protocol and deserves to be told. */
  const refuse = (error: RpcError) =>
    giveUp(error, () => {
      transport.send(encodeEnd({ code: error.code, message: error.message }));
      void transport.close();
    });
  const onAbort = () => fail(RpcError.from(signal.reason, "cancelled"));
  const open = (introduction: Introduction) => {
    signal.removeEventListener("abort", onAbort);
    transport.maxReceiveBytes = options.limits.maxMessageBytes;
    if ("messageStallMs" in transport) transport.messageStallMs = options.limits.messageStallMs;
    session = new Session(transport, options, { introduction, connectionOf: handshake.connectionOf });
    handshake.onOpen?.(session);
    session.delivered();
    resolve(session);
  };
  const introduction = introduce(options.limits, options.services);
  const { context } = options;
  const take = (bytes: Uint8Array) => {
    if (session !== undefined) return session.receive(bytes);
    if (failed) return;
    if (role === "server" && isSecretChallenge(bytes)) return refuse(noSecret(transport.peer.address));
    try {
      takeFirst(parseMessage(bytes, options.limits));
    } catch (thrown) {
      fail(RpcError.from(thrown, "internal"));
    }
  };
  const drained = () => session?.drained();
  const closed = (error: RpcError | undefined) => {
    if (session !== undefined) return session.transportClosed(error);
    const where = role === "client" ? options.endpoint : transport.peer.address;
    fail(
      error ?? new RpcError("unavailable", `${where}: the peer closed the connection during the handshake`),
    );
  };

  const takeFirst = (message: Message) => {
    if (role === "client" && message.kind === "end") return fail(new RpcError(message.code, message.message));
    const expected = role === "client" ? "welcome" : "hello";
    if (message.kind !== expected)
      throw new RpcError("internal", `the peer sent ${message.kind}, not ${expected}`);
    if (role === "client" && message.version > protocolVersion) {
      const newer = `${options.endpoint}: the server answered in protocol ${message.version}; this side knows up to ${protocolVersion}`;
      return fail(new RpcError("failedPrecondition", newer));
    }
    if (role === "server") {
      const full = handshake.full?.();
      if (full !== undefined) return refuse(full);
      const welcome = encodeWelcome({ ...introduction, version: Math.min(message.version, protocolVersion) });
      if (message.limits.maxMessageBytes < welcome.length) {
        const small = `a client that takes ${message.limits.maxMessageBytes} bytes cannot take the list of services`;
        return refuse(new RpcError("resourceExhausted", small));
      }
      transport.send(welcome);
    }
    open(message);
  };

  transport.maxReceiveBytes = options.limits.maxHandshakeBytes;
  signal.addEventListener("abort", onAbort);
  // A transport calls from any context: that of the dial, of the peer's send, or none.
  transport.start({
    message: (bytes) => context.runInAsyncScope(take, undefined, bytes),
    drained: () => context.runInAsyncScope(drained, undefined, undefined),
    closed: (error) => context.runInAsyncScope(closed, undefined, error),
    handshake: handshakeMessages(options.limits),
  });
  if (signal.aborted) onAbort();
  else if (role === "client") transport.send(encodeHello(introduction));
  return promise;
}

function noSecret(address: string): RpcError {
  return new RpcError(
    "unauthenticated",
    `${address}: the client was given a secret and this server was not; pass \`secret\` to both serve and connect`,
  );
}
