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

/** What either side of a connection may set for itself, whether it connects or serves. */
export interface ConnectionOptions {
  /** Bounds of what the peer may cost this process; those that are left out are `defaultLimits`. */
  readonly limits?: Partial<Limits>;
  /**
   * What callers see of errors that handlers of this side throw and that are no `RpcError`; `none` unless told otherwise, because
   * such messages hold paths, queries and secrets. This side's own `onError` always gets them whole.
   */
  readonly exposeErrors?: ExposeErrors;
  /** Receives errors that no caller is told of in full; written to the console unless given. */
  readonly onError?: OnError;
  /** What every call on the connection goes through, made or carried out, the first outermost; `call.side` tells which. */
  readonly interceptors?: readonly Interceptor[];
  /**
   * Decides which calls the peer may make, beside the rules of the contract (`@allow`), before anything of their arguments is read. It is
   * asked of every call and cannot wait.
   */
  readonly authorize?: Authorize;
  /**
   * Ends the connection with `unavailable` when the peer lives and does nothing any more. Off on transports that notice the death of a peer by
   * themselves (all that come with this library, but for `tcp:` to another machine) unless times are given; `false` turns it off everywhere.
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

/** What holds for a session of this side. */
export interface SessionOptions {
  /** The endpoint in the user's words, for messages. */
  readonly endpoint: string;
  readonly services: readonly ServiceImplementation[];
  readonly limits: Limits;
  readonly exposeErrors: ExposeErrors;
  readonly onError: OnError;
  /** The context in which `connect` or `serve` was called. Everything given to it runs there. */
  readonly context: CapturedContext;
  /** What calls in both directions go through; undefined without any. */
  readonly interceptors?: readonly Interceptor[] | undefined;
  /** Decides, beside the contract, which calls the peer may make. */
  readonly authorize?: Authorize | undefined;
  /** Unless given, the transport decides. */
  readonly heartbeat: HeartbeatOptions | false | undefined;
}

/**
 * Fills in what was left open.
 * @throws {RpcError} `invalidArgument` for a service without one of its methods, an unknown limit, or a time or limit that cannot be.
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
