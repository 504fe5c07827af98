import {
  type CloseOptions,
  type ConnectionOptions,
  RpcError,
  type ServiceImplementation,
} from "@crosspane/core";
import { assertOptions, type OptionNames } from "@crosspane/core/transport";

/** Options for `httpHandler`. */
export interface HttpHandlerOptions
  extends Pick<ConnectionOptions, "limits" | "exposeErrors" | "onError" | "interceptors" | "authorize"> {
  readonly services: readonly ServiceImplementation[];
  /** Methods that are not offered: `Shop.open`. A method that JSON cannot say has to be here. */
  readonly omit?: readonly string[];
  /** Path before `/Service/method`, such as `/api`; empty by default. */
  readonly basePath?: string;
  /**
   * Secret that each request must have in its header `Authorization: Bearer SECRET`. Without one
   * every program of every user of this machine may call.
   */
  readonly secret?: string;
  /** Answers other machines too. Requires a `secret`. The connection is not encrypted. */
  readonly allowRemote?: boolean;
  /**
   * Further names in the header `Host`, beside those of this machine's loopback addresses. A page
   * that points its own name at this machine is refused by that header.
   */
  readonly allowedHosts?: readonly string[];
  /**
   * Origins of web pages that may call, such as `http://localhost:5173`; by default only pages that
   * the same server serves.
   */
  readonly allowedOrigins?: readonly string[];
  /** Maximum bytes of the body of a request; 1 MiB by default. */
  readonly maxBodyBytes?: number;
  /** Milliseconds that the body of a request may take to arrive; 10,000 by default. */
  readonly bodyTimeoutMs?: number;
  /**
   * Maximum number of requests that are answered at once, streams included; 256 by default. Further
   * ones receive `resourceExhausted`.
   */
  readonly maxRequests?: number;
  /**
   * Milliseconds without an item after which a comment goes into a stream, so that a peer that is
   * gone is noticed; 15,000 by default.
   */
  readonly keepAliveMs?: number;
}

/** Options for `http`. */
export interface HttpOptions extends HttpHandlerOptions {
  /** The address to listen on; `127.0.0.1` by default. Another machine's needs `allowRemote`. */
  readonly host?: string;
  /** The port; by default, and with 0, a free one. */
  readonly port?: number;
}

/** Options with their defaults. */
export type ResolvedOptions = HttpHandlerOptions &
  Required<
    Pick<
      HttpHandlerOptions,
      | "omit"
      | "basePath"
      | "allowRemote"
      | "allowedHosts"
      | "allowedOrigins"
      | "maxBodyBytes"
      | "bodyTimeoutMs"
      | "maxRequests"
      | "keepAliveMs"
    >
  >;

/** The names of {@link HttpHandlerOptions}. */
export const handlerOptionNames = {
  services: true,
  omit: true,
  basePath: true,
  secret: true,
  allowRemote: true,
  allowedHosts: true,
  allowedOrigins: true,
  maxBodyBytes: true,
  bodyTimeoutMs: true,
  maxRequests: true,
  keepAliveMs: true,
  limits: true,
  exposeErrors: true,
  onError: true,
  interceptors: true,
  authorize: true,
} satisfies OptionNames<HttpHandlerOptions>;

/** The names of {@link HttpOptions}. */
export const httpOptionNames = {
  ...handlerOptionNames,
  host: true,
  port: true,
} satisfies OptionNames<HttpOptions>;

/** The names of `CloseOptions`. */
export const closeOptionNames = { drainMs: true } satisfies OptionNames<CloseOptions>;

/** Maximum of a timer of Node, in milliseconds. */
const maxTimerMs = 2 ** 31 - 1;

/**
 * Fills in the defaults.
 * @throws {RpcError} `invalidArgument` for an unknown option, an invalid number, a malformed base
 * path, an empty secret, or `allowRemote` without a secret.
 */
export function resolveOptions(where: string, given: HttpHandlerOptions): ResolvedOptions {
  assertOptions(where, given, handlerOptionNames);
  const options = {
    omit: [],
    basePath: "",
    allowRemote: false,
    allowedHosts: [],
    allowedOrigins: [],
    maxBodyBytes: 1024 * 1024,
    bodyTimeoutMs: 10_000,
    maxRequests: 256,
    keepAliveMs: 15_000,
    ...given,
  };
  for (const name of ["maxBodyBytes", "bodyTimeoutMs", "maxRequests", "keepAliveMs"] as const) {
    const value = options[name];
    if (!Number.isInteger(value) || value < 1 || value > maxTimerMs)
      throw invalid(where, `${name} must be a whole number from 1 to ${maxTimerMs}, got ${value}`);
  }
  if (!/^(\/[\w.~-]+)*$/.test(options.basePath))
    throw invalid(where, `basePath must begin with a slash and not end with one, got ${options.basePath}`);
  if (options.secret === "") throw invalid(where, "the secret must not be empty");
  if (options.allowRemote && options.secret === undefined)
    throw invalid(where, "allowRemote needs a secret, or every machine of the network may call");
  return options;
}

/** Error for an invalid option. */
export function invalid(where: string, why: string): RpcError {
  return new RpcError("invalidArgument", `${where}: ${why}`);
}
