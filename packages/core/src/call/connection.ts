import type { OptionNames } from "../errors/assert-options.js";
import type { RpcError } from "../errors/rpc-error.js";
import type { Service } from "../service/service.js";
import type { PeerInfo, SkippedTransport } from "../transport/transport.js";

/** How a connection ended. */
export interface CloseReason {
  /** Which side ended it. */
  readonly by: "local" | "peer";
  /** What broke; undefined after an orderly end. */
  readonly error?: RpcError | undefined;
}

/** How `close` goes about it. */
export interface CloseOptions {
  /** Milliseconds that calls in both directions may take to finish; 5,000 unless told otherwise. */
  readonly drainMs?: number;
}

/** The names of {@link CloseOptions}. */
export const closeOptionNames = { drainMs: true } satisfies OptionNames<CloseOptions>;

/** Options for `flush`. */
export interface FlushOptions {
  /** Milliseconds to wait; without a bound unless given. */
  readonly timeoutMs?: number;
  /** Stops waiting. */
  readonly signal?: AbortSignal;
}

/** The names of {@link FlushOptions}. */
export const flushOptionNames = { timeoutMs: true, signal: true } satisfies OptionNames<FlushOptions>;

/** Whether calls can be made: `reconnecting` only on a connection that was told to come back by itself. */
export type ConnectionState = "connected" | "reconnecting" | "closed";

/** What the end of a link took with it. All of it has been told by then: no call is pending, no stream waits. */
export interface LostWork {
  /** Calls of this side that were not answered. They may have been carried out. */
  readonly calls: number;
  /** One-way calls of this side that the peer has not confirmed. They may have been carried out. */
  readonly oneWayCalls: number;
  /** Streams of the peer that had not ended. */
  readonly streams: number;
  /** Objects and functions of the peer that this side held. */
  readonly references: number;
  /** Subscriptions of this side, which are not counted among the references. */
  readonly subscriptions: number;
}

/** What has become of a connection. */
export interface ConnectionChange {
  readonly state: ConnectionState;
  readonly lost: LostWork;
  /** What broke; undefined for `connected`, and after an orderly end. */
  readonly error?: RpcError | undefined;
}

/** What carries a connection. */
export interface ConnectionTransport {
  /** `shm`, `pipe`, `tcp`… */
  readonly name: string;
  /** Where it was made: of an endpoint that chooses among transports, such as `auto:NAME`, the one that was taken. */
  readonly endpoint: string;
  /** The transports that were tried before and could not be used, in that order; empty where there was no choice. */
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

/** A verified link to one peer. Both sides may offer services on it and call the other's. */
export interface Connection extends AsyncDisposable {
  /** What carries it, and why nothing faster does. */
  readonly transport: ConnectionTransport;
  readonly peer: PeerInfo;
  /** Services that the peer offers, in its order. After a reconnect, those of the new server. */
  readonly peerServices: readonly PeerService[];
  /**
   * Resolves, and never rejects, when the connection is over. By then every call made on it has settled. A connection that comes back by
   * itself is over when it was closed here, or has given up.
   */
  readonly closed: Promise<CloseReason>;
  readonly state: ConnectionState;
  /** Has `listener` told of each change of {@link state}; what is returned ends that. */
  onStateChange(listener: (change: ConnectionChange) => void): () => void;
  /**
   * Has `handler` called whenever the connection has come back, before the calls that wait for it are made: to get references again and to
   * subscribe anew. What is returned ends that. Without the option `reconnect` of `connect` it is never called.
   */
  onReconnected(handler: () => void | Promise<void>): () => void;
  /**
   * A client of a service that the peer offers. It is an ordinary object of the service's interface. If the peer does not offer
   * the service, or has a method in another version, exactly the calls concerned fail, by name.
   * @throws {RpcError} `failedPrecondition` if the generated module imports another copy of this package.
   */
  client<T>(service: Service<T>): T;
  /** Whether the peer offers the service, in whatever version. */
  offers(service: { readonly definition: { readonly name: string } }): boolean;
  /**
   * Resolves once the peer has received everything that was sent before, and has begun its calls:
   * one round trip, in order. A connection that is being re-established waits for its next link.
   * @throws {RpcError} `unavailable` if the connection ends before (`cancelled` if this side ended
   * it), or if an earlier link broke with one-way calls unconfirmed, which is told once;
   * `deadlineExceeded` after `timeoutMs`, `cancelled` by the signal.
   */
  flush(options?: FlushOptions): Promise<void>;
  /**
   * Ends the connection in order: no new calls on either side, those under way finish, then the link is closed. What is not finished
   * after `drainMs` fails with `cancelled`. May be called again. A handler may call it but must not await it: it waits for that
   * very handler.
   */
  close(options?: CloseOptions): Promise<void>;
  /**
   * Lets the process end although the connection is open, as `unref` of a socket does. A
   * connection in use still keeps it alive: while a call or a stream is not over in either
   * direction, `flush` waits or the connection closes. Subscriptions and objects that are held do
   * not count.
   */
  unref(): void;
  /** Has the open connection keep the process alive again, as it does at first. */
  ref(): void;
  /** Ends the connection at once; calls under way fail with `cancelled`, at the peer with `unavailable`. */
  abort(reason?: string): void;
}
