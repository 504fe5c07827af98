import { type CloseOptions, type Connection, closeOptionNames } from "../call/connection.js";
import { Deadline } from "../call/deadline.js";
import { openSession } from "../connection/open-session.js";
import { SessionConnection } from "../connection/session-connection.js";
import {
  type ConnectionOptions,
  connectionOptionNames,
  resolveSessionOptions,
  type SessionOptions,
} from "../connection/session-options.js";
import { assertOptions, type OptionNames } from "../errors/assert-options.js";
import { assertRuntime } from "../errors/assert-runtime.js";
import { RpcError } from "../errors/rpc-error.js";
import { bindMembers } from "../runtime/identity.js";
import type { ServiceImplementation } from "../service/service.js";
import { assertTransport } from "../transport/assert-transport.js";
import type { Transport, TransportConnection, TransportListener } from "../transport/transport.js";
import { Handshakes } from "./handshakes.js";
import { IdleStop } from "./idle-stop.js";

/** Options for `serve`. */
export interface ServeOptions extends ConnectionOptions {
  /**
   * Called with the connection of each client after its handshake and before its first call. The
   * server can call the client's services on it.
   */
  readonly onConnection?: (connection: Connection) => void | Promise<void>;
  /**
   * Milliseconds without a client after which the server closes; never by default. A process
   * without other work then exits, and `closed` gives the reason.
   */
  readonly idleTimeoutMs?: number;
}

const optionNames = {
  onConnection: true,
  idleTimeoutMs: true,
  ...connectionOptionNames,
} satisfies OptionNames<ServeOptions>;

/** The end of a server. */
export interface ServerEnd {
  /**
   * `close`: the program closed it. `idle`: no client was connected for `idleTimeoutMs`. `peer`:
   * the only peer that the transport can have has disconnected, for example the parent process.
   */
  readonly by: "close" | "idle" | "peer";
}

/** A running server. */
export interface Server extends AsyncDisposable {
  /** The endpoint for clients, with the actual port if none was given. */
  readonly endpoint: string;
  /** Connections of the clients that are connected now. */
  readonly connections: ReadonlySet<Connection>;
  /**
   * Resolves when the server has closed, and never rejects. Its name is then free and its last
   * connection has ended.
   */
  readonly closed: Promise<ServerEnd>;
  /**
   * Stops accepting clients, closes each connection in order, and frees the name. May be called
   * again. A handler may call it but must not await it, or it deadlocks.
   */
  close(options?: CloseOptions): Promise<void>;
}

/**
 * Serves services at a transport's endpoint. Resolves when clients can connect.
 * @throws {RpcError} `alreadyExists` if the name is taken; `invalidArgument` for a service that
 * lacks a method, an unknown limit or an invalid `idleTimeoutMs`; `permissionDenied`.
 */
export async function serve(
  transport: Transport,
  services: readonly ServiceImplementation[],
  options: ServeOptions = {},
): Promise<Server> {
  assertRuntime();
  assertOptions("serve", options, optionNames);
  assertTransport("serve", transport);
  const server = new SessionServer(transport, services, options);
  await server.listen(transport);
  return server;
}

class SessionServer implements Server {
  readonly connections = new Set<Connection>();
  readonly #handshakes: Handshakes;
  readonly #sessionOptions: SessionOptions;
  readonly #onConnection: ServeOptions["onConnection"];
  readonly #idleStop: IdleStop;
  readonly #ended = Promise.withResolvers<ServerEnd>();
  #listener: TransportListener | undefined;
  #closing: Promise<void> | undefined;

  constructor(transport: Transport, services: readonly ServiceImplementation[], options: ServeOptions) {
    this.#onConnection = options.onConnection;
    this.#idleStop = new IdleStop(options.idleTimeoutMs, () => void this.#end("idle"));
    this.#sessionOptions = resolveSessionOptions(transport.endpoint, services, options);
    this.#handshakes = new Handshakes(this.#sessionOptions.limits.maxHandshakes);
    bindMembers(this);
  }

  get endpoint(): string {
    return this.#listener?.endpoint ?? this.#sessionOptions.endpoint;
  }

  async listen(transport: Transport): Promise<void> {
    const peer = { transport: transport.capabilities.name, address: transport.endpoint };
    this.#listener = await transport.listen({
      accept: (connection) => void this.#accept(connection),
      failed: (error) => this.#sessionOptions.onError({ error, peer }),
    });
    this.#idleStop.update(this.#clients);
  }

  get closed(): Promise<ServerEnd> {
    return this.#ended.promise;
  }

  async close(options?: CloseOptions): Promise<void> {
    assertOptions("close", options, closeOptionNames);
    return this.#end("close", options);
  }

  #end(by: ServerEnd["by"], options?: CloseOptions): Promise<void> {
    this.#closing ??= this.#close(options).finally(() => this.#ended.resolve({ by }));
    return this.#closing;
  }

  /** Number of clients that are connected or in their handshake. */
  get #clients(): number {
    return this.connections.size + this.#handshakes.count;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(options?: CloseOptions): Promise<void> {
    this.#idleStop.cancel();
    const listener = this.#listener?.close();
    this.#handshakes.abortAll(new RpcError("unavailable", "the server is closing"));
    await Promise.all([...this.connections].map((connection) => connection.close(options)));
    await listener;
  }

  /** Accepts a client. Never rejects: a failed handshake is only reported. */
  async #accept(transport: TransportConnection): Promise<void> {
    const { limits, onError } = this.#sessionOptions;
    if (this.#closing !== undefined) {
      transport.abort(new RpcError("unavailable", "the server is closing"));
      return;
    }
    const handshake = this.#handshakes.begin();
    const timeout = new RpcError("deadlineExceeded", `no handshake within ${limits.handshakeTimeoutMs} ms`);
    const deadline = new Deadline(limits.handshakeTimeoutMs, () => handshake.abort(timeout));
    this.#idleStop.update(this.#clients);
    try {
      const options = { ...this.#sessionOptions, endpoint: this.endpoint };
      const { connection } = await openSession(transport, options, {
        role: "server",
        signal: handshake.signal,
        connectionOf: (session) => new SessionConnection(session),
        full: () => this.#full(),
        onOpen: (session) => this.#opened(session.connection, transport),
      });
      if (this.#closing !== undefined) await connection.close();
    } catch (thrown) {
      const error = RpcError.from(thrown, "internal");
      // A client that disconnects during the handshake was a probe, or its own side has the error.
      if (this.#closing === undefined && error.code !== "unavailable")
        onError({ error, peer: transport.peer });
    } finally {
      deadline.clear();
      this.#handshakes.end(handshake);
      this.#clientsChanged(transport);
    }
  }

  #clientsChanged({ capabilities }: TransportConnection): void {
    this.#idleStop.update(this.#clients);
    if (capabilities.oneConnection && this.#clients === 0) void this.#end("peer");
  }

  #full(): RpcError | undefined {
    const { maxConnections } = this.#sessionOptions.limits;
    if (this.connections.size < maxConnections) return undefined;
    const message = `${this.endpoint} has its maxConnections = ${maxConnections} clients; close some, or raise the limit of the server`;
    return new RpcError("resourceExhausted", message);
  }

  #opened(connection: Connection, transport: TransportConnection): void {
    this.connections.add(connection);
    void connection.closed.then(() => {
      this.connections.delete(connection);
      this.#clientsChanged(transport);
    });
    if (this.#closing !== undefined) return;
    const failed = (error: unknown) =>
      this.#sessionOptions.onError({ error, method: "onConnection", peer: connection.peer });
    try {
      Promise.resolve(this.#onConnection?.(connection)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}
