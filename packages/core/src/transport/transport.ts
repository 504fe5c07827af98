import type { RpcError } from "../errors/rpc-error.js";

/**
 * The contract between the session and what carries its messages. `docs/transport-contract.md` explains it to the
 * author of a transport; the conformance cases of `@crosspane/core/testing` hold a transport to it.
 *
 * A transport delivers whole messages, in order, each once, or it ends with a reason. It never drops, repeats or
 * splits a message and never looks into one.
 */

/** What a transport can do, declared as data so that nobody asks by `instanceof`. */
export interface TransportCapabilities {
  /** Short name as in the endpoint's scheme: `tcp`, `pipe`, `memory`. */
  readonly name: string;
  /** The largest message in bytes that the transport can carry whatever the limits say; `Infinity` if it has no bound. */
  readonly maxMessageBytes: number;
  /** Received bytes are a view of memory that the transport reuses after `message` returns. */
  readonly zeroCopy: boolean;
  /** The operating system vouches for `PeerInfo.processId` and what follows from it. */
  readonly peerIdentity: boolean;
  /** A call can be made without the event loop. */
  readonly synchronousCall: boolean;
  /** The end of the peer's process ends the connection at once, so that no heartbeat is needed to find it out. */
  readonly noticesDeath: boolean;
  /** A listener takes one connection in its life, and is over with it, as a child process is with its parent. */
  readonly oneConnection: boolean;
}

/** Who is at the other end, as far as the transport knows. */
export interface PeerInfo {
  /** The transport's name, as in {@link TransportCapabilities.name}. */
  readonly transport: string;
  /** Where the peer is, in the transport's own words: `127.0.0.1:50312`, a pipe name. */
  readonly address: string;
  /** The peer's process id, if the transport knows it. Evidence, not proof: another process may have got the number since. */
  readonly processId?: number;
  /** The program that the peer's process runs, as a path of the system's own form. */
  readonly imagePath?: string;
  /** The user that the peer's process runs as, as a security identifier: `S-1-5-21-…`. No better than how that process was found. */
  readonly userSid?: string;
  /** The logon session of the peer. */
  readonly sessionId?: number;
  /** Whether the peer runs with administrator rights in force. */
  readonly elevated?: boolean;
  /** Whether the peer runs as the user that this process runs as. */
  readonly sameUser?: boolean;
  /** Whether the peer is an administrator with that membership in force: a program that was not elevated is none. */
  readonly administrator?: boolean;
  /**
   * Who signed the program that the peer's process runs, as the certificate names him, if the system vouches for that: the file is as it was
   * signed, and the certificate comes from somebody whom this machine trusts. It is found out when it is first asked for, which reads the whole
   * program and holds up this thread meanwhile: some tenths of a second for one of 100 MB. Not enumerable, so that to copy or to print a peer does not ask.
   */
  readonly signer?: string | undefined;
  /**
   * Why there is no {@link signer}, where the transport can tell: the program is not signed, was changed, its signer is not trusted. Asks as `signer` does.
   */
  readonly signerProblem?: string | undefined;
}

/** What a connection tells its user. Called by the connection, never before `start`, never after `closed`. */
export interface MessageReceiver {
  /**
   * One whole message. The bytes are valid only until this returns: copy what must outlive it. Never called again before
   * it returned. It must not throw.
   */
  message(bytes: Uint8Array): void;
  /** After `send` returned false: what was queued has gone out, more is welcome. */
  drained(): void;
  /**
   * The last call, exactly once. Without an error the peer ended the connection between two messages, or `close` here did; with
   * one, the error says what broke: `unavailable` for a peer that vanished or did not take all that was sent before `close`,
   * `resourceExhausted` for a message over the limit, `internal` for bytes that are no frame.
   */
  closed(error?: RpcError): void;
  /** Set by a session, for a transport that exchanges messages of its own before the handshake. */
  readonly handshake?: HandshakeMessages;
}

/** Messages of the handshake, which a transport may have to recognize or send in place of the session. */
export interface HandshakeMessages {
  /** Returns true for a well-formed `hello`, which is the first message of a client. */
  isHello(message: Uint8Array): boolean;
  /** Returns the error of an `end`, by which the peer refuses; undefined for any other message. */
  readEnd(message: Uint8Array): RpcError | undefined;
  /** Encodes an `end`, which tells the peer why this side ends the connection. */
  encodeEnd(reason: Pick<RpcError, "code" | "message">): Uint8Array;
}

/** A transport that was tried, and why it could not be used. */
export interface PassedOver {
  readonly endpoint: string;
  readonly error: RpcError;
}

/** What a transport that chooses among others has taken. */
export interface TransportChoice {
  /** The address that was taken, which can be dialed by itself: `pipe:inventory`. */
  readonly endpoint: string;
  /** What was tried before it; empty at the side that accepts. */
  readonly passedOver: readonly PassedOver[];
}

/** One link between two processes (or two halves of one), already established. */
export interface TransportConnection {
  readonly capabilities: TransportCapabilities;
  readonly peer: PeerInfo;
  /**
   * The largest message in bytes that is accepted from the peer. The session sets it low before the handshake and raises it
   * after. A larger one ends the connection with `resourceExhausted` before its bytes are buffered.
   */
  maxReceiveBytes: number;
  /**
   * Milliseconds for which nothing may come of a message that has begun to arrive, while this side reads; `unavailable` ends the
   * connection then. Only where messages arrive in parts. The session sets it after the handshake.
   */
  messageStallMs?: number;
  /** Written, before `start`, by a transport that made this connection through one of several others. */
  choice?: TransportChoice | undefined;
  /** Begins delivery. Called once; messages that came before it are kept, not lost. */
  start(receiver: MessageReceiver): void;
  /**
   * Sends one whole message. The bytes may be reused as soon as this returns. Always takes the message; false asks the
   * caller to wait for `drained` before it sends more. After the end of the connection it does nothing and returns true.
   */
  send(message: Uint8Array): boolean;
  /** Stops delivery (the peer is held back as far as the medium can) until `resume`. A message being delivered still completes. */
  pause(): void;
  /** Delivers again, from where `pause` stopped it. */
  resume(): void;
  /** Sends what was queued, then ends the connection in order. Resolves when nothing of it is left; may be called again. */
  close(): Promise<void>;
  /** Ends the connection at once; queued messages are dropped. `closed` is told `error`. May be called again. */
  abort(error: RpcError): void;
  /** Has the open connection keep the process alive, as it does when it is made; undoes `unref`. */
  ref?(): void;
  /**
   * Lets the process end although the connection is open. Only where an open connection keeps the
   * process alive, and together with `ref`.
   */
  unref?(): void;
  /**
   * Without the event loop: sends out what is queued, waits up to `timeoutMs` milliseconds (finite, 0 does not wait) until there is
   * something to tell the receiver, the end included, tells it, and returns whether there was. Does not throw. Only where
   * `capabilities.synchronousCall` says so; never called from inside a call of the receiver.
   */
  receiveSync?(timeoutMs: number): boolean;
}

/** A place where clients are accepted. */
export interface TransportListener {
  /** Where it listens, with what was left open filled in (port 0 becomes the real port). A client can dial it. */
  readonly endpoint: string;
  /** Stops accepting. Connections already made live on. Resolves when the name is free again; may be called again. */
  close(): Promise<void>;
}

/** What `listen` reports to. */
export interface TransportAcceptor {
  /** A new connection, not started yet. */
  accept(connection: TransportConnection): void;
  /** The listener broke after it had been opened. */
  failed(error: RpcError): void;
}

/** A transport bound to one address. A user's own transport is one object of this type. */
export interface Transport {
  /** The address as the user would write it, for messages: `pipe:inventory`. */
  readonly endpoint: string;
  readonly capabilities: TransportCapabilities;
  /**
   * Opens one connection, without waiting for a server that is not there: that is `unavailable`, and the caller tries again. For a
   * server that is there and has not answered it waits until the signal aborts.
   * @param found To be called once a server is known to be there, before it has answered: `connect` has more patience then.
   * @throws {RpcError} `unavailable` if nobody listens, `permissionDenied`, `invalidArgument` for an address that cannot be.
   */
  dial(signal: AbortSignal, found?: () => void): Promise<TransportConnection>;
  /**
   * @throws {RpcError} `alreadyExists` if the name is taken, `permissionDenied`, `invalidArgument`.
   */
  listen(acceptor: TransportAcceptor): Promise<TransportListener>;
}
