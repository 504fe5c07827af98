import type { IncomingMessage, ServerResponse } from "node:http";
import { type CloseOptions, type Connection, connect, RpcError, type Server, serve } from "@crosspane/core";
import { bridgeTransport } from "@crosspane/core/bridge";
import { assertOptions } from "@crosspane/core/transport";
import { Access } from "./access.js";
import { answerCall, type Exchange } from "./answer-call.js";
import { type BridgedMethod, bridgedMethods } from "./bridged-methods.js";
import { errorAnswer } from "./error-json.js";
import { HttpFailure } from "./http-failure.js";
import {
  closeOptionNames,
  type HttpHandlerOptions,
  type ResolvedOptions,
  resolveOptions,
} from "./http-options.js";
import { openApiOf } from "./openapi.js";
import { sendJson } from "./send-json.js";
import { settledWithin } from "./settled-within.js";

/** Answers the requests of an HTTP server of the program. */
export interface HttpHandler extends AsyncDisposable {
  /**
   * Answers a request if its path is below the base path.
   * @returns false for any other request, which the program answers itself.
   */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  /**
   * Refuses further requests, and resolves when those in flight are answered. Calls that have not
   * finished after `drainMs` fail. May be called again.
   */
  close(options?: CloseOptions): Promise<void>;
}

/** Milliseconds of `drainMs` by default, as for connections. */
const defaultDrainMs = 5_000;

/** Milliseconds that the last answers may take to go out when the bridge closes. */
const flushMs = 1_000;

/**
 * Creates a handler that answers `POST /Service/method` with JSON, for an HTTP server that the
 * program has already.
 * @throws {RpcError} `invalidArgument` for an invalid option, and for methods that JSON cannot say,
 * with the reason for each.
 */
export async function httpHandler(options: HttpHandlerOptions): Promise<HttpHandler> {
  const resolved = resolveOptions("httpHandler", options);
  const methods = bridgedMethods(resolved.services, resolved.omit);
  const { services, limits, exposeErrors, onError, interceptors, authorize } = resolved;
  const transport = bridgeTransport({ transport: "http", address: "http:" });
  const server = await serve(transport, services, {
    ...(limits === undefined ? {} : { limits }),
    ...(exposeErrors === undefined ? {} : { exposeErrors }),
    ...(onError === undefined ? {} : { onError }),
    ...(interceptors === undefined ? {} : { interceptors }),
    ...(authorize === undefined ? {} : { authorize }),
  });
  const connection = await connect(transport, {
    ...(limits === undefined ? {} : { limits }),
    ...(onError === undefined ? {} : { onError }),
  });
  return new BridgeHandler(resolved, methods, { server, connection });
}

class BridgeHandler implements HttpHandler {
  readonly #options: ResolvedOptions;
  readonly #access: Access;
  readonly #methods: readonly BridgedMethod[];
  readonly #byPath: ReadonlyMap<string, BridgedMethod>;
  readonly #link: { readonly server: Server; readonly connection: Connection };
  /** Requests that are being answered. */
  readonly #answers = new Set<Promise<void>>();
  #closing: Promise<void> | undefined;

  constructor(
    options: ResolvedOptions,
    methods: readonly BridgedMethod[],
    link: { readonly server: Server; readonly connection: Connection },
  ) {
    this.#options = options;
    this.#access = new Access(options);
    this.#methods = methods;
    this.#byPath = new Map(methods.map((method) => [method.path, method]));
    this.#link = link;
  }

  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const [path = ""] = (request.url ?? "").split("?");
    const { basePath } = this.#options;
    if (!path.startsWith(`${basePath}/`)) return false;
    const answer = this.#answer(path.slice(basePath.length), request, response);
    this.#answers.add(answer);
    void answer.finally(() => this.#answers.delete(answer));
    return true;
  }

  close(options?: CloseOptions): Promise<void> {
    assertOptions("close", options, closeOptionNames);
    this.#closing ??= this.#close(options?.drainMs ?? defaultDrainMs);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(drainMs: number): Promise<void> {
    const { server, connection } = this.#link;
    await connection.close({ drainMs });
    await server.close({ drainMs });
    await settledWithin([...this.#answers], flushMs);
  }

  /** Never rejects. Resolves when the answer has gone out, or the client has. */
  async #answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const headers = {
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...this.#access.corsHeaders(request),
    };
    const over = new Promise<void>((resolve) => response.once("close", resolve));
    let method: BridgedMethod | undefined;
    try {
      this.#access.checkSource(request);
      if (request.method === "OPTIONS") {
        this.#answerPreflight({ request, response, headers });
      } else {
        this.#admit(request);
        method = this.#byPath.get(path);
        await this.#route(path, { request, response, headers });
      }
    } catch (thrown) {
      const answer = errorAnswer(thrown, method?.method);
      sendJson(response, answer.status, {
        headers: { ...headers, ...answer.headers },
        json: answer.json,
        unread: request,
      });
    }
    await over;
  }

  /** Checks what does not depend on the path. */
  #admit(request: IncomingMessage): void {
    this.#access.checkSecret(request);
    if (this.#closing !== undefined) throw new RpcError("unavailable", "the bridge is closing");
    const { maxRequests } = this.#options;
    if (this.#answers.size >= maxRequests) {
      const message = `the bridge answers maxRequests = ${maxRequests} requests already; try again later`;
      throw new RpcError("resourceExhausted", message);
    }
  }

  async #route(path: string, exchange: Exchange): Promise<void> {
    const { request, response, headers } = exchange;
    if (path === "/openapi.json") {
      requireMethod(request, "GET");
      sendJson(response, 200, { headers, json: this.#openApi(request) });
      return;
    }
    const method = this.#byPath.get(path);
    if (method === undefined) {
      const { basePath } = this.#options;
      const message = `there is no method at ${path.slice(0, 100)}; GET ${basePath}/openapi.json lists the methods`;
      throw new HttpFailure(404, "unimplemented", message);
    }
    requireMethod(request, "POST");
    await answerCall(method, exchange, { ...this.#options, connection: this.#link.connection });
  }

  #openApi({ headers, socket }: IncomingMessage): object {
    const { basePath, secret } = this.#options;
    const scheme = "encrypted" in socket ? "https" : "http";
    const url = `${scheme}://${headers.host}${basePath}`;
    return openApiOf(this.#methods, { url, hasSecret: secret !== undefined });
  }

  /** Answers the question of a browser whether a page may call, before it sends the call. */
  #answerPreflight({ request, response, headers }: Exchange): void {
    const asked = request.headers["access-control-request-headers"];
    response.writeHead(204, {
      ...headers,
      "access-control-allow-methods": "GET, POST",
      ...(asked === undefined ? {} : { "access-control-allow-headers": asked }),
    });
    response.end();
  }
}

function requireMethod(request: IncomingMessage, method: "GET" | "POST"): void {
  if (request.method === method) return;
  const message = `${request.method} is not possible here: use ${method}`;
  throw new HttpFailure(405, "unimplemented", message, { allow: method });
}
