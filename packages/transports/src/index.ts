/**
 * The API of programs: `serve` and `connect` with endpoint strings, and everything of
 * `@crosspane/core`.
 * @category Programs
 * @module index
 */

import {
  type Connection,
  type ConnectOptions as CoreConnectOptions,
  type ServeOptions as CoreServeOptions,
  connect as connectTransport,
  type Server,
  type ServiceImplementation,
  serve as serveTransport,
} from "@crosspane/core";
import type { Transport } from "@crosspane/core/transport";
import { assertOptions, type OptionNames } from "@crosspane/core/transport";
import type { SpawnOptions } from "./child-process/spawn-options.js";
import { resolveSpawning, resolveTransport } from "./endpoint.js";
import { withSecret } from "./secret/with-secret.js";
import { reportReadyToSpawner } from "./spawn/own-start.js";

/** Option for connections whose sides prove that they know a secret. */
export interface SecretOption {
  /**
   * A secret of at least 16 bytes that only the two sides know; text is encoded as UTF-8. Each side
   * proves to the other that it knows the secret before anything else is sent. It protects against
   * impostors, and against programs of other users if the transport cannot distinguish users
   * (`tcp:`). A random secret is best, passed to the other process through a file or a pipe that
   * only its user can read. Messages are not encrypted.
   */
  readonly secret?: string | Uint8Array;
}

/** Options for `serve`. */
export interface ServeOptions extends CoreServeOptions, SecretOption {}

/** Options for `connect`. */
export interface ConnectOptions extends CoreConnectOptions, SecretOption {
  /**
   * Starts the server if none answers, and waits up to `timeoutMs` until it does. The default of
   * `timeoutMs` is 30,000 then. The server is started once, even if many processes ask for it at
   * the same time. A server that is not ready in time is ended. With the endpoint `stdio:`, the
   * server is a child of this process that serves this connection only, and ends with it.
   */
  readonly spawn?: SpawnOptions;
}

const connectionOptionNames = {
  limits: true,
  exposeErrors: true,
  onError: true,
  interceptors: true,
  authorize: true,
  heartbeat: true,
  secret: true,
} as const;

const serveOptionNames = {
  onConnection: true,
  idleTimeoutMs: true,
  ...connectionOptionNames,
} satisfies OptionNames<ServeOptions>;

const connectOptionNames = {
  timeoutMs: true,
  signal: true,
  services: true,
  requireServer: true,
  reconnect: true,
  spawn: true,
  ...connectionOptionNames,
} satisfies OptionNames<ConnectOptions>;

/** Milliseconds to wait for a server that may have to be started. */
const spawnTimeoutMs = 30_000;

/**
 * Offers services at an endpoint: `auto:NAME`, `shm:NAME`, `pipe:NAME`, `copydata:NAME`,
 * `tcp://127.0.0.1:PORT`, `memory:NAME`, `stdio:` for the parent that has started this process, or
 * a transport object. Resolves when clients can connect.
 * @throws {RpcError} `alreadyExists` if the endpoint is taken, `invalidArgument` if it is invalid,
 * `permissionDenied`, `unimplemented` for a transport that this system does not have.
 * @example
 * ```ts
 * import { serve } from "@crosspane/transports";
 * import { Hello } from "./hello.crosspane.js";
 *
 * const hello: Hello = { greet: async (name) => `Hello ${name}!` };
 * const server = await serve("auto:hello", [Hello.implement(hello)]);
 * process.once("SIGINT", () => server.close());
 * ```
 */
export async function serve(
  endpoint: string | Transport,
  services: readonly ServiceImplementation[],
  options: ServeOptions = {},
): Promise<Server> {
  return reportReadyToSpawner(async () => {
    assertOptions("serve", options, serveOptionNames);
    const { secret, ...others } = options;
    return serveTransport(await resolve(endpoint, secret), services, others);
  });
}

/**
 * Connects to the server at an endpoint. Waits up to `timeoutMs` for a server that is not up yet,
 * or starts it if `spawn` is given.
 * @throws {RpcError} `unavailable` if no server answered in time, `unauthenticated` if the secrets
 * differ, `invalidArgument` for an invalid endpoint, `permissionDenied`, `unimplemented` for a
 * transport that this system does not have. With `spawn`, `failedPrecondition` if the server ended
 * before clients could connect, with its exit code and output, and `resourceExhausted` if it was
 * started too often.
 * @example
 * ```ts
 * import { connect } from "@crosspane/transports";
 * import { Hello } from "./hello.crosspane.js";
 *
 * await using connection = await connect("auto:hello", { timeoutMs: 2_000 });
 * console.log(await connection.client(Hello).greet("world"));
 * ```
 */
export async function connect(
  endpoint: string | Transport,
  options: ConnectOptions = {},
): Promise<Connection> {
  assertOptions("connect", options, connectOptionNames);
  const { spawn, secret, ...others } = options;
  if (spawn === undefined) return connectTransport(await resolve(endpoint, secret), others);
  return connectTransport(await resolve(await resolveSpawning(endpoint, spawn), secret), {
    timeoutMs: spawnTimeoutMs,
    ...others,
  });
}

async function resolve(
  endpoint: string | Transport,
  secret: string | Uint8Array | undefined,
): Promise<Transport> {
  const transport = await resolveTransport(endpoint);
  return secret === undefined ? transport : withSecret(transport, secret);
}

// The rest of the public API of `core`, so that one import is enough. `serve` and `connect` are
// those above.
export * from "@crosspane/core";
export type { Transport } from "@crosspane/core/transport";
export type { RestartPolicy, SpawnOptions } from "./child-process/spawn-options.js";
// Endpoint strings, for programs that get them from their users.
export { type Endpoint, parseEndpoint, resolveTransport } from "./endpoint.js";
