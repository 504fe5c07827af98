import type { RpcError } from "../errors/rpc-error.js";

/**
 * The contract between the session and the code that carries its messages.
 * `docs/transport-contract.md` explains it to authors of transports. The conformance cases of
 * `@crosspane/core/testing` verify it.
 *
 * A transport delivers whole messages, in order, each once, or it ends with a reason. It never
 * drops, repeats or splits a message and never looks into one.
 */

/** Features of a transport, declared as data so that `instanceof` is not needed. */
export interface TransportCapabilities {
  /** Short name as in the endpoint's scheme: `tcp`, `pipe`, `memory`. */
  readonly name: string;
  /**
   * The largest message in bytes that the transport can carry, regardless of limits; `Infinity` if
   * unbounded.
   */
  readonly maxMessageBytes: number;
  /**
   * True if received bytes are a view of memory that the transport reuses after `message` returns.
   */
  readonly zeroCopy: boolean;
  /** True if the operating system vouches for `PeerInfo.processId` and what follows from it. */
  readonly peerIdentity: boolean;
  /** True if a call can be made without the event loop. */
  readonly synchronousCall: boolean;
  /**
   * True if the connection ends at once when the peer exits, so that no heartbeat is needed to
   * detect it.
   */
  readonly noticesDeath: boolean;
  /**
   * True if a listener accepts one connection and then ends, as a child process does with its
   * parent.
   */
  readonly oneConnection: boolean;
}

/** The peer's identity, as far as the transport knows it. */
export interface PeerInfo {
  /** The transport's name, as in {@link TransportCapabilities.name}. */
  readonly transport: string;
  /** Address of the peer in the transport's own terms: `127.0.0.1:50312`, a pipe name. */
  readonly address: string;
  /**
   * The peer's process id, if the transport knows it. Evidence, not proof: another process may have
   * got the number since.
   */
  readonly processId?: number;
  /** Path of the program that the peer's process runs, in the system's own form. */
  readonly imagePath?: string;
  /**
   * Security identifier of the user that the peer's process runs as: `S-1-5-21-…`. As reliable as
   * the way that process was found.
   */
  readonly userSid?: string;
  /** The logon session of the peer. */
  readonly sessionId?: number;
  /** True if the peer runs with administrator rights in force. */
  readonly elevated?: boolean;
  /** True if the peer runs as the user that this process runs as. */
  readonly sameUser?: boolean;
  /**
   * True if the peer is an administrator with that membership in force. False for a program that
   * was not elevated.
   */
  readonly administrator?: boolean;
  /**
   * Signer of the program that the peer's process runs, as named by the certificate, if the system
   * vouches for it: the file is as it was signed, and this machine trusts the issuer of the
   * certificate. Determined on first access, which reads the whole program and blocks this thread
   * meanwhile: some tenths of a second for one of 100 MB. Not enumerable, so that copying or
   * printing a peer does not access it.
   */
  readonly signer?: string | undefined;
  /**
   * Reason that there is no {@link signer}, where the transport can tell: the program is not
   * signed, was changed, or its signer is not trusted. Determined on first access, as `signer` is.
   */
  readonly signatureError?: string | undefined;
}

/**
 * Receives the messages and the end of a connection. Called by the connection, never before
 * `start`, never after `closed`.
 */
export interface MessageReceiver {
  /**
   * Receives one whole message. The bytes are valid only until this returns: copy what must outlive
   * it. Never called again before it returned. It must not throw.
   */
  message(bytes: Uint8Array): void;
  /** Called after `send` returned false, once what was queued has gone out and more is welcome. */
  drained(): void;
  /**
   * Receives the end, as the last call, exactly once. Without an error the peer ended the
   * connection between two messages, or `close` here did. An error says what broke: `unavailable`
   * for a peer that vanished or did not take all that was sent before `close`, `resourceExhausted`
   * for a message over the limit, `internal` for a malformed frame.
   */
  closed(error?: RpcError): void;
  /** Set by a session, for a transport that exchanges messages of its own before the handshake. */
  readonly handshake?: HandshakeMessages;
}

/** Messages of the handshake, which a transport may have to recognize or send for the session. */
export interface HandshakeMessages {
  /**
   * Returns true if a message begins as a `hello` does, which is the first message of a client.
   * The rest is not read: the sender has proved nothing.
   */
  isHello(message: Uint8Array): boolean;
  /** Returns the error of an `end`, by which the peer refuses; undefined for any other message. */
  readEnd(message: Uint8Array): RpcError | undefined;
  /** Encodes an `end`, which tells the peer why this side ends the connection. */
  encodeEnd(reason: Pick<RpcError, "code" | "message">): Uint8Array;
}

/** A transport that was tried, and the reason that it could not be used. */
export interface SkippedTransport {
  readonly endpoint: string;
  readonly error: RpcError;
}

/** The choice of a transport that selects among others. */
export interface TransportChoice {
  /** The address that was chosen, which can be dialed by itself: `pipe:inventory`. */
  readonly endpoint: string;
  /** Transports that were tried before; empty at the side that accepts. */
  readonly skipped: readonly SkippedTransport[];
}

/** One link between two processes (or two halves of one), already established. */
export interface TransportConnection {
  readonly capabilities: TransportCapabilities;
  readonly peer: PeerInfo;
  /**
   * The largest message in bytes that is accepted from the peer. The session sets it low before the
   * handshake and raises it after. A larger one ends the connection with `resourceExhausted` before
   * its bytes are buffered.
   */
  maxReceiveBytes: number;
  /**
   * Milliseconds without a byte of a message that has begun to arrive, while this side reads; the
   * connection then ends with `unavailable`. Only where messages arrive in parts. The session sets
   * it after the handshake.
   */
  messageStallMs?: number;
  /** Set before `start` by a transport that made this connection through one of several others. */
  choice?: TransportChoice | undefined;
  /** Begins delivery. Called once; messages that came before it are kept, not lost. */
  start(receiver: MessageReceiver): void;
  /**
   * Sends one whole message. The bytes may be reused as soon as this returns. Always takes the
   * message; false asks the caller to wait for `drained` before it sends more. After the end of the
   * connection it does nothing and returns true.
   */
  send(message: Uint8Array): boolean;
  /**
   * Stops delivery until `resume`, and holds the peer back as far as the medium can. A message
   * being delivered still completes.
   */
  pause(): void;
  /** Continues delivery from where `pause` stopped it. */
  resume(): void;
  /**
   * Sends what was queued, then ends the connection in order. Resolves when nothing of it is left;
   * may be called again.
   */
  close(): Promise<void>;
  /**
   * Ends the connection at once and drops queued messages. `closed` receives `error`. May be called
   * again.
   */
  abort(error: RpcError): void;
  /** Makes the open connection keep the process alive, as a new connection does; undoes `unref`. */
  ref?(): void;
  /**
   * Lets the process end although the connection is open. Only where an open connection keeps the
   * process alive, and together with `ref`.
   */
  unref?(): void;
  /**
   * Works without the event loop. Sends what is queued, then waits up to `timeoutMs` milliseconds
   * (finite, 0 does not wait) for something to deliver, the end included. Delivers it and returns
   * true, or returns false if nothing came. Does not throw. Only where
   * `capabilities.synchronousCall` is true; never called from inside a call of the receiver.
   */
  receiveSync?(timeoutMs: number): boolean;
}

/** An address at which clients are accepted. */
export interface TransportListener {
  /**
   * The address, with what was left open filled in (port 0 becomes the real port). A client can
   * dial it.
   */
  readonly endpoint: string;
  /**
   * Stops accepting. Connections already made live on. Resolves when the name is free again; may be
   * called again.
   */
  close(): Promise<void>;
}

/** Receives the connections and the failure of a listener. */
export interface TransportAcceptor {
  /** Receives a new connection, not started yet. */
  accept(connection: TransportConnection): void;
  /** Receives the error of a listener that broke after it had been opened. */
  failed(error: RpcError): void;
}

/** A transport bound to one address. A user's own transport is one object of this type. */
export interface Transport {
  /** The address as the user would write it, for messages: `pipe:inventory`. */
  readonly endpoint: string;
  readonly capabilities: TransportCapabilities;
  /**
   * Opens one connection. Does not wait for a server that is not there: that is `unavailable`, and
   * the caller tries again. Waits for a server that is there and has not answered until the signal
   * aborts.
   * @param found is to be called once a server is known to be there, before it has answered:
   * `connect` waits longer then.
   * @throws {RpcError} `unavailable` if no server is listening, `permissionDenied`,
   * `invalidArgument` for an impossible address.
   */
  dial(signal: AbortSignal, found?: () => void): Promise<TransportConnection>;
  /**
   * @throws {RpcError} `alreadyExists` if the name is taken, `permissionDenied`, `invalidArgument`.
   */
  listen(acceptor: TransportAcceptor): Promise<TransportListener>;
}
