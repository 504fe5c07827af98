import { type CapturedContext, captureOuterContext } from "../call/context-storage.js";
import { errorReceiver, type OnError } from "../call/error-reports.js";
import type { OptionNames } from "../errors/assert-options.js";
import type { ExposeErrors } from "../errors/error-wire.js";
import { anyOf, type Interceptor } from "../interceptor/interceptor.js";
import type { Authorize } from "../policy/admission.js";
import { checkServices } from "../service/check-services.js";
import type { ServiceImplementation } from "../service/service.js";
import { type Limits, resolveLimits } from "../transport/limits.js";
import { checkHeartbeat, type HeartbeatOptions } from "./heartbeat.js";

/** Options for both `connect` and `serve`. */
export interface ConnectionOptions {
  /** Limits on the resources that the peer may use; `defaultLimits` by default. */
  readonly limits?: Partial<Limits>;
  /**
   * Parts of an error that callers get if a handler of this side throws an error other than an
   * `RpcError`. The default is `none`, because such messages contain paths, queries and secrets.
   * `onError` of this side always gets the whole error.
   */
  readonly exposeErrors?: ExposeErrors;
  /** Receives errors that no caller gets in full. By default they are logged to the console. */
  readonly onError?: OnError;
  /**
   * Interceptors of every call on the connection, in both directions, the first outermost.
   * `call.side` tells the direction.
   */
  readonly interceptors?: readonly Interceptor[];
  /**
   * Decides which calls the peer may make, in addition to the rules of the contract (`@allow`). It
   * is called for every call before its arguments are read, and must be synchronous.
   */
  readonly authorize?: Authorize;
  /**
   * Breaks the connection with `unavailable` when the peer hangs. Off by default on transports that
   * notice by themselves that a peer has exited: all transports of this library except `tcp:` to
   * another machine. Set times to turn it on, or `false` to turn it off everywhere.
   */
  readonly heartbeat?: HeartbeatOptions | false;
}

/** The names of {@link ConnectionOptions}. */
export const connectionOptionNames = {
  limits: true,
  exposeErrors: true,
  onError: true,
  interceptors: true,
  authorize: true,
  heartbeat: true,
} satisfies OptionNames<ConnectionOptions>;

/** Options of a session, with defaults filled in. */
export interface SessionOptions {
  /** The endpoint as the user wrote it, for messages. */
  readonly endpoint: string;
  readonly services: readonly ServiceImplementation[];
  readonly limits: Limits;
  readonly exposeErrors: ExposeErrors;
  readonly onError: OnError;
  /** The context in which `connect` or `serve` was called. Functions given to it run there. */
  readonly context: CapturedContext;
  /** Interceptors of calls in both directions; undefined if there are none. */
  readonly interceptors?: readonly Interceptor[] | undefined;
  /** Decides which calls the peer may make, in addition to the contract. */
  readonly authorize?: Authorize | undefined;
  /** Undefined lets the transport decide. */
  readonly heartbeat: HeartbeatOptions | false | undefined;
}

/**
 * Fills in the defaults.
 * @throws {RpcError} `invalidArgument` for a service that lacks a method, an unknown limit, or an
 * invalid time or limit.
 */
export function resolveSessionOptions(
  endpoint: string,
  services: readonly ServiceImplementation[],
  options: ConnectionOptions,
): SessionOptions {
  checkHeartbeat(options.heartbeat);
  const context = captureOuterContext();
  return {
    endpoint,
    services: checkServices(services),
    limits: resolveLimits(options.limits),
    exposeErrors: options.exposeErrors ?? "none",
    onError: errorReceiver(options.onError, context),
    context,
    interceptors: anyOf(options.interceptors),
    authorize: options.authorize,
    heartbeat: options.heartbeat,
  };
}
