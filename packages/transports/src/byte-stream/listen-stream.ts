import { createServer, type ListenOptions, type Server, type Socket } from "node:net";
import { setImmediate } from "node:timers";
import type { TransportAcceptor, TransportListener } from "@crosspane/core/transport";
import { rpcErrorFromNode } from "../errors/node-error.js";
import { ByteStreamConnection, type ByteStreamOptions } from "./byte-stream-connection.js";

/** Options for {@link listenStream}. */
export interface ListenStreamOptions {
  /** Names the listener in error messages. */
  readonly endpoint: string;
  readonly acceptor: TransportAcceptor;
  /** Describes a client that has connected. */
  readonly describe: (socket: Socket) => ByteStreamOptions;
  /** Returns the endpoint of the opened server, with parts that the system has chosen. */
  readonly endpointOf: (server: Server) => string;
}

/**
 * Accepts byte-stream connections.
 * @throws {RpcError} the failure, from {@link rpcErrorFromNode}.
 */
export function listenStream(at: ListenOptions, options: ListenStreamOptions): Promise<TransportListener> {
  const { promise, resolve, reject } = Promise.withResolvers<TransportListener>();
  const { acceptor, endpoint } = options;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
    acceptor.accept(new ByteStreamConnection(socket, options.describe(socket))),
  );
  const onRefused = (error: Error) => reject(rpcErrorFromNode(error, "listen on", endpoint));
  server.once("error", onRefused);
  server.listen(at, () => {
    server.off("error", onRefused);
    server.on("error", (error) => acceptor.failed(rpcErrorFromNode(error, "accept on", endpoint)));
    resolve(new StreamListener(server, options.endpointOf(server)));
  });
  return promise;
}

class StreamListener implements TransportListener {
  readonly endpoint: string;
  readonly #server: Server;
  #closed: Promise<void> | undefined;

  constructor(server: Server, endpoint: string) {
    this.#server = server;
    this.endpoint = endpoint;
  }

  close(): Promise<void> {
    this.#closed ??= closeHandle(this.#server);
    return this.#closed;
  }
}

/**
 * Closes the handle of a server. Node reports a server as closed when its last connection is, which
 * may never happen. The handle, and with it the name, is released by the next closing phase of the
 * event loop, which comes after the first of two immediates.
 */
function closeHandle(server: Server): Promise<void> {
  server.close();
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}
