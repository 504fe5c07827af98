import { RpcError } from "../errors/rpc-error.js";
import { isSecretChallenge } from "../transport/secret-challenge.js";
import type { TransportConnection } from "../transport/transport.js";
import { encodeEnd } from "../wire/messages/connection.js";
import {
  encodeHello,
  encodeWelcome,
  type Introduction,
  introduce,
  protocolVersion,
} from "../wire/messages/handshake.js";
import type { Message } from "../wire/messages/table.js";
import { parseMessage } from "../wire/parse-message.js";
import { handshakeMessages } from "./handshake-messages.js";
import { Session, type SessionFace } from "./session.js";
import type { SessionOptions } from "./session-options.js";

/** Options for one side of a handshake. */
export interface Handshake {
  readonly role: "client" | "server";
  /** Ends the attempt. The reason of the signal is the error. */
  readonly signal: AbortSignal;
  /** Creates the public connection of the session. */
  readonly connectionOf: (session: Session) => SessionFace;
  /** Returns an error if no further peer is accepted. Called after a valid hello of the peer. */
  readonly full?: () => RpcError | undefined;
  /** Called with the session before it handles its first message. It must not throw. */
  readonly onOpen?: (session: Session) => void;
}

/**
 * Performs the handshake on a new transport connection and returns the session. The client speaks
 * first. A server sends nothing to a peer before its valid hello, except to a client that asks for
 * the proof of a secret.
 * @throws {RpcError} `unavailable` if the peer closed the connection, `failedPrecondition` if it
 * speaks another version, `internal` if it does not speak the protocol, or the signal's reason. The
 * transport connection is closed then.
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

  const failOnce = (error: RpcError, endTransport: () => void) => {
    if (session !== undefined || failed) return;
    failed = true;
    signal.removeEventListener("abort", onAbort);
    endTransport();
    reject(error);
  };
  const fail = (error: RpcError) => failOnce(error, () => transport.abort(error));
  /** Fails the handshake and sends the reason to a peer that speaks the protocol. */
  const refuse = (error: RpcError) =>
    failOnce(error, () => {
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
    if (role === "client" && message.kind === "end") {
      return fail(new RpcError(message.code, `connect to ${options.endpoint}: ${message.message}`));
    }
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
        const small = `the list of services has ${welcome.length} bytes, and the client accepts at most maxMessageBytes = ${message.limits.maxMessageBytes}`;
        return refuse(new RpcError("resourceExhausted", small));
      }
      transport.send(welcome);
    }
    open(message);
  };

  transport.maxReceiveBytes = options.limits.maxHandshakeBytes;
  signal.addEventListener("abort", onAbort);
  // A transport calls back in any context: that of the dial, that of the peer's send, or none.
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
