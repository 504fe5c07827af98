import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type CloseOptions, RpcError } from "@crosspane/core";
import { assertOptions } from "@crosspane/core/transport";
import { isLoopback } from "./access.js";
import { type HttpHandler, httpHandler } from "./http-handler.js";
import { closeOptionNames, type HttpOptions, httpOptionNames, invalid } from "./http-options.js";

/** A running HTTP bridge. */
export interface HttpBridge extends AsyncDisposable {
  /** Its address with the actual port and the base path: `http://127.0.0.1:8080/api`. */
  readonly url: string;
  /**
   * Stops listening, refuses further requests, and resolves when those in flight are answered and
   * all connections closed. Calls that have not finished after `drainMs` fail. May be called again.
   */
  close(options?: CloseOptions): Promise<void>;
}

/** Milliseconds that the headers of a request may take to arrive. */
const headersTimeoutMs = 10_000;

/** Milliseconds between two searches for requests whose headers are late. */
const checkIntervalMs = 1_000;

/** Connections for each request that may be answered at once, so that idle ones take no place. */
const connectionsPerRequest = 4;

/**
 * Offers services over HTTP: `POST /Service/method` with JSON calls a method, `GET /openapi.json`
 * describes them. Only programs of this machine can reach it, unless the options say otherwise.
 * @throws {RpcError} `invalidArgument` for an invalid option, and for methods that JSON cannot say,
 * with the reason for each; `alreadyExists` if the port is taken; `permissionDenied`.
 */
export async function http(options: HttpOptions): Promise<HttpBridge> {
  assertOptions("http", options, httpOptionNames);
  const { host = "127.0.0.1", port = 0, ...handlerOptions } = options;
  // No name resolution decides what `localhost` is.
  const address = host.toLowerCase() === "localhost" ? "127.0.0.1" : host;
  if (!isLoopback(address) && handlerOptions.allowRemote !== true)
    throw invalid(
      "http",
      `${host} is not a loopback address: use 127.0.0.1, or set allowRemote and a secret`,
    );
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw invalid("http", `port must be a whole number from 0 to 65535, got ${port}`);
  const handler = await httpHandler(handlerOptions);
  const server = createServer(
    { headersTimeout: headersTimeoutMs, requestTimeout: 0, connectionsCheckingInterval: checkIntervalMs },
    (request, response) => {
      if (!handler.handle(request, response)) response.writeHead(404).end();
    },
  );
  server.maxConnections = connectionsPerRequest * (handlerOptions.maxRequests ?? 256);
  try {
    await listen(server, address, port);
  } catch (error) {
    await handler.close();
    throw error;
  }
  return new OwnServer(server, handler, handlerOptions.basePath ?? "");
}

class OwnServer implements HttpBridge {
  readonly url: string;
  readonly #server: Server;
  readonly #handler: HttpHandler;
  #closing: Promise<void> | undefined;

  constructor(server: Server, handler: HttpHandler, basePath: string) {
    const { address, family, port } = server.address() as AddressInfo;
    this.url = `http://${family === "IPv6" ? `[${address}]` : address}:${port}${basePath}`;
    this.#server = server;
    this.#handler = handler;
  }

  close(options?: CloseOptions): Promise<void> {
    assertOptions("close", options, closeOptionNames);
    this.#closing ??= this.#close(options);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(options?: CloseOptions): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await this.#handler.close(options);
    this.#server.closeAllConnections();
    await closed;
  }
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const where = `http: listen at ${host}:${port}`;
    if (code === "EADDRINUSE")
      throw new RpcError("alreadyExists", `${where}: the port is taken; choose another one, or 0`, {
        cause: error,
      });
    if (code === "EACCES")
      throw new RpcError("permissionDenied", `${where}: the system refuses it; choose a port from 1024`, {
        cause: error,
      });
    throw new RpcError("unavailable", `${where}: ${message}`, { cause: error });
  }
}
