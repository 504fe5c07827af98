import {
  type Connection,
  type ConnectOptions,
  connect as connectTransport,
  type ServeOptions,
  type Server,
  type ServiceImplementation,
  serve as serveTransport,
} from "@crosspane/core";
import type { Transport } from "@crosspane/core/transport";
import { resolveTransport } from "./endpoint.js";

/**
 * Offers services at an endpoint: `auto:NAME`, `pipe:NAME`, `tcp://127.0.0.1:PORT`, `memory:NAME`, or a transport object.
 * Resolves when clients can connect.
 * @throws {RpcError} `alreadyExists` if the endpoint is taken, `invalidArgument` for one that cannot be, `permissionDenied`.
 */
export async function serve(
  endpoint: string | Transport,
  services: readonly ServiceImplementation[],
  options?: ServeOptions,
): Promise<Server> {
  return serveTransport(await resolveTransport(endpoint), services, options);
}

/**
 * Connects to the server at an endpoint. One that is not there yet is waited for up to `timeoutMs`.
 * @throws {RpcError} `unavailable` if no server answered in time, `invalidArgument` for an endpoint that cannot be,
 * `permissionDenied`.
 */
export async function connect(endpoint: string | Transport, options?: ConnectOptions): Promise<Connection> {
  return connectTransport(await resolveTransport(endpoint), options);
}

// What a program needs beside them, so that one import is enough.
export {
  type CallContext,
  type CallOptions,
  type CloseReason,
  type Code,
  type Connection,
  type ConnectionTransport,
  type ConnectOptions,
  callContext,
  defaultLimits,
  type ErrorReport,
  type Limits,
  type PassedOver,
  type PeerInfo,
  RpcError,
  type RpcErrorOptions,
  type ServeOptions,
  type Server,
  type ServiceImplementation,
  type Synchronous,
  synchronous,
  tryCallContext,
  withOptions,
} from "@crosspane/core";
export type { Transport } from "@crosspane/core/transport";

// Endpoint strings, for programs that take them from their users.
export { type Endpoint, parseEndpoint, resolveTransport } from "./endpoint.js";
