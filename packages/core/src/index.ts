// The types of `using` belong to this API, and the libraries that a program names may lack them.
/// <reference lib="esnext.disposable" preserve="true" />

/**
 * The API of programs without endpoint strings, on any platform: pages, workers, and Node. Programs
 * on Node import `@crosspane/transports`, which exports all of this too.
 * @category Programs
 * @module index
 */

export { type CallContext, callContext, tryCallContext } from "./call/call-context.js";
export type {
  CloseOptions,
  CloseReason,
  Connection,
  ConnectionChange,
  ConnectionState,
  ConnectionTransport,
  FlushOptions,
  LostWork,
  PeerMethod,
  PeerService,
} from "./call/connection.js";
export { type ContextKey, type ContextValues, createContextKey } from "./call/context-values.js";
export type { ErrorReport, OnError } from "./call/error-reports.js";
export { type ConnectOptions, connect } from "./connect/connect.js";
export type { ReconnectOptions } from "./connect/reconnect-options.js";
export type { ConnectionEvent } from "./connection/connection-events.js";
export type { HeartbeatOptions } from "./connection/heartbeat.js";
export type { ConnectionOptions } from "./connection/session-options.js";
export { type Code, codeNumbers, codes } from "./errors/code.js";
export type { ExposeErrors } from "./errors/error-wire.js";
export { RpcError, type RpcErrorOptions } from "./errors/rpc-error.js";
export { EventChannel, type EventChannelOptions, type SubscribeOptions } from "./events/event-channel.js";
export type { EventEntry, OverflowPolicy } from "./events/event-queue.js";
export type { EventListener } from "./events/listener-caller.js";
export { type ResubscribeOptions, resubscribe } from "./events/resubscribe.js";
export { type ThrottledOptions, type ThrottledReport, throttled } from "./events/throttled.js";
export type { CallEvent } from "./interceptor/call-events.js";
export { type ConcurrencyLimitOptions, concurrencyLimit } from "./interceptor/concurrency-limit.js";
export type { InterceptedCall, Interceptor } from "./interceptor/interceptor.js";
export { logging } from "./interceptor/logging.js";
export { type RetryOptions, retry } from "./interceptor/retry.js";
export { timing } from "./interceptor/timing.js";
export type { CallOutcome } from "./interceptor/watch-outcome.js";
export { type Synchronous, synchronous, withOptions } from "./outbound/client-stub.js";
export { type MethodsOf, type Pipelined, type Promised, pipelined } from "./outbound/pipelined.js";
export type { Authorize } from "./policy/admission.js";
export { release, retain } from "./references/shapes/handle.js";
export {
  type ServedSubscription,
  type Subscription,
  subscription,
} from "./references/shapes/subscription.js";
export type { SubscriptionEnd } from "./references/shapes/subscription-end.js";
export { type ServeOptions, type Server, type ServerEnd, serve } from "./server/serve.js";
export type {
  BegunCall,
  CallOptions,
  Channel,
  InFlightBudget,
  PreparedArgs,
  PromisedObject,
  Service,
  ServiceDefinition,
  ServiceImplementation,
} from "./service/service.js";
export { defaultLimits, type Limits } from "./transport/limits.js";
export type { PeerInfo, SkippedTransport } from "./transport/transport.js";
