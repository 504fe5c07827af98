import type { OptionNames } from "../errors/assert-options.js";
import type { RpcError } from "../errors/rpc-error.js";
import type { Service } from "../service/service.js";
import type { PeerInfo, SkippedTransport } from "../transport/transport.js";

/** The end of a connection. */
export interface CloseReason {
  /** The side that ended it. */
  readonly by: "local" | "peer";
  /** The failure that broke it; undefined after an orderly end. */
  readonly error?: RpcError | undefined;
}

/** Options for `close`. */
export interface CloseOptions {
  /** Milliseconds that calls in both directions may take to finish; 5,000 by default. */
  readonly drainMs?: number;
}

/** The names of {@link CloseOptions}. */
export const closeOptionNames = { drainMs: true } satisfies OptionNames<CloseOptions>;

/** Options for `flush`. */
export interface FlushOptions {
  /** Milliseconds to wait; no limit by default. */
  readonly timeoutMs?: number;
  /** Stops waiting. */
  readonly signal?: AbortSignal;
}

/** The names of {@link FlushOptions}. */
export const flushOptionNames = { timeoutMs: true, signal: true } satisfies OptionNames<FlushOptions>;

/** State of a connection. `reconnecting` occurs only with the option `reconnect` of `connect`. */
export type ConnectionState = "connected" | "reconnecting" | "closed";

/**
 * Work that was lost with a link. All of it has failed before this is reported: no call and no
 * stream is still pending.
 */
export interface LostWork {
  /** Calls of this side that were not answered. The peer may have run them. */
  readonly calls: number;
  /** One-way calls of this side that the peer has not confirmed. It may have run them. */
  readonly oneWayCalls: number;
  /** Streams of the peer that had not ended. */
  readonly streams: number;
  /** Objects and functions of the peer that this side held. */
  readonly references: number;
  /** Subscriptions of this side. They are not counted in `references`. */
  readonly subscriptions: number;
}

/** A change of a connection's state. */
export interface ConnectionChange {
  readonly state: ConnectionState;
  readonly lost: LostWork;
  /** The failure that broke the link; undefined for `connected`, and after an orderly end. */
  readonly error?: RpcError | undefined;
}

/** The transport that carries a connection. */
export interface ConnectionTransport {
  /** `shm`, `pipe`, `tcp`… */
  readonly name: string;
  /**
   * The endpoint in use. For an endpoint that chooses among transports, such as `auto:NAME`, this
   * is the chosen one.
   */
  readonly endpoint: string;
  /**
   * Transports that were tried before this one and could not be used, in order; empty without a
   * choice.
   */
  readonly skipped: readonly SkippedTransport[];
}

/** A service that the peer offers on a connection. */
export interface PeerService {
  readonly name: string;
  /** 16 hexadecimal digits over the name and all methods, as in the generated module. */
  readonly fingerprint: string;
  readonly methods: readonly PeerMethod[];
}

/** A method that the peer offers. */
export interface PeerMethod {
  readonly name: string;
  /** 16 hexadecimal digits over the parameters, the result and the kind. */
  readonly fingerprint: string;
  readonly oneWay: boolean;
}

/** A connection to one peer. Both sides may offer services on it and call those of the other. */
export interface Connection extends AsyncDisposable {
  /** The transport in use, and why no faster one is. */
  readonly transport: ConnectionTransport;
  readonly peer: PeerInfo;
  /** Services that the peer offers, in its order. After a reconnect, those of the new server. */
  readonly peerServices: readonly PeerService[];
  /**
   * Resolves when the connection has ended, and never rejects. By then every call made on it has
   * settled. A connection with `reconnect` ends when this side closes it or when it stops retrying.
   */
  readonly closed: Promise<CloseReason>;
  readonly state: ConnectionState;
  /**
   * Calls `listener` on each change of {@link state}.
   * @returns a function that removes the listener.
   */
  onStateChange(listener: (change: ConnectionChange) => void): () => void;
  /**
   * Calls `handler` whenever the connection has been re-established, before the calls that wait for
   * it are sent: to get references again and to subscribe again. Never called without the option
   * `reconnect` of `connect`.
   * @returns a function that removes the handler.
   */
  onReconnected(handler: () => void | Promise<void>): () => void;
  /**
   * Returns a client of a service that the peer offers: an ordinary object of the service's
   * interface. If the peer does not offer the service, or has a method in another version, only the
   * affected calls fail. Their errors name the method.
   * @throws {RpcError} `failedPrecondition` if the generated module imports another copy of this
   * package.
   */
  client<T>(service: Service<T>): T;
  /** Returns true if the peer offers the service, in any version. */
  offers(service: { readonly definition: { readonly name: string } }): boolean;
  /**
   * Resolves once the peer has received everything that was sent before and has begun those calls:
   * one round trip, in order. A connection that is being re-established waits for its next link.
   * @throws {RpcError} `unavailable` if the connection ends first (`cancelled` if this side ended
   * it), or if an earlier link broke with one-way calls unconfirmed, which is reported once;
   * `deadlineExceeded` after `timeoutMs`; `cancelled` by the signal.
   */
  flush(options?: FlushOptions): Promise<void>;
  /**
   * Closes the connection in order: both sides refuse new calls, calls in flight finish, then the
   * link closes. Calls that have not finished after `drainMs` fail with `cancelled`. May be called
   * again. A handler may call it but must not await it, or it deadlocks.
   */
  close(options?: CloseOptions): Promise<void>;
  /**
   * Lets the process exit while the connection is open, like `unref` of a socket. A connection in
   * use still keeps the process alive: while a call or a stream is pending in either direction,
   * while `flush` waits, and while the connection is closing. Subscriptions and held objects do not
   * count.
   */
  unref(): void;
  /** Lets the open connection keep the process alive again, which is the default. */
  ref(): void;
  /**
   * Ends the connection at once. Calls in flight fail with `cancelled`, and at the peer with
   * `unavailable`.
   */
  abort(reason?: string): void;
}
