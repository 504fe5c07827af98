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
import type { Transport, TransportConnection, TransportListener } from "../transport/transport.js";
import { Handshakes } from "./handshakes.js";
import { IdleStop } from "./idle-stop.js";

/** How `serve` goes about it. */
export interface ServeOptions extends ConnectionOptions {
  /** Called with each client once its handshake is done, before its first call: to call the services that it offers. */
  readonly onConnection?: (connection: Connection) => void | Promise<void>;
  /**
   * Closes the server when no client has been connected for so many milliseconds; never unless given. A process that has nothing else to
   * do ends then, and `closed` tells others why.
   */
  readonly idleTimeoutMs?: number;
}

const optionNames = {
  onConnection: true,
  idleTimeoutMs: true,
  ...connectionOptionNames,
} satisfies OptionNames<ServeOptions>;

/** How a server ended. */
export interface ServerEnd {
  /** `close` was called; nobody was connected for `idleTimeoutMs`; or the only peer that the transport can have has gone, as a child's parent. */
  readonly by: "close" | "idle" | "peer";
}

/** A running server. */
export interface Server extends AsyncDisposable {
  /** Where clients reach it; a port that was left open is filled in. */
  readonly endpoint: string;
  /** The clients that are connected now. */
  readonly connections: ReadonlySet<Connection>;
  /** Resolves, and never rejects, when the server has closed: its name is free and its last connection is over. */
  readonly closed: Promise<ServerEnd>;
  /**
   * Accepts no more clients, closes each connection in order, and frees the name. May be called again. A handler may call it but
   * must not await it: it waits for that very handler.
   */
  close(options?: CloseOptions): Promise<void>;
}

/**
 * Offers services at a transport's address. Resolves when clients can connect.
 * @throws {RpcError} `alreadyExists` if the name is taken, `invalidArgument` for a service without one of its methods or an unknown
 * limit or `idleTimeoutMs`, `permissionDenied`.
 */
export async function serve(
  transport: Transport,
  services: readonly ServiceImplementation[],
  options: ServeOptions = {},
): Promise<Server> {
  assertRuntime();
  assertOptions("serve", options, optionNames);
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

  /** Those that are connected, and those that are about to be. */
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

  /** Never rejects: a client that fails its handshake concerns nobody but the log. */
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
      // Who leaves before the handshake is done was a probe, or has been told why by its own side.
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
