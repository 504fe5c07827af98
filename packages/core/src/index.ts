// For authors of programs.

export { type Synchronous, synchronous, withOptions } from "./client/client-stub.js";
export { type ConnectOptions, connect } from "./client/connect.js";
export { type MethodsOf, type Pipelined, type Promised, pipelined } from "./client/pipelined.js";
export type { ReconnectOptions } from "./client/reconnect-options.js";
export { type Code, codeNumbers, codes } from "./errors/code.js";
export type { ExposeErrors } from "./errors/error-wire.js";
export { RpcError, type RpcErrorOptions } from "./errors/rpc-error.js";
export { EventChannel, type EventChannelOptions, type SubscribeOptions } from "./events/event-channel.js";
export type { EventEntry, WhenSlow } from "./events/event-queue.js";
export { type KeptSubscription, keepSubscribed } from "./events/keep-subscribed.js";
export type { EventListener } from "./events/listener-caller.js";
export { type RatedOptions, type RatedReport, rated } from "./events/rated.js";
export type { CallEvent } from "./interceptor/call-events.js";
export { type ConcurrencyLimitOptions, concurrencyLimit } from "./interceptor/concurrency-limit.js";
export { type ContextKey, type ContextValues, createContextKey } from "./interceptor/context-values.js";
export type { InterceptedCall, Interceptor } from "./interceptor/interceptor.js";
export { logging } from "./interceptor/logging.js";
export { type RetryOptions, retry } from "./interceptor/retry.js";
export { timing } from "./interceptor/timing.js";
export type { CallOutcome } from "./interceptor/watch-outcome.js";
export type { Authorize } from "./policy/admission.js";
export type { SubscriptionEnd } from "./reference/ending.js";
export { release, retain } from "./reference/handle.js";
export { type ServedSubscription, type Subscription, subscription } from "./reference/subscription.js";
export { type ServeOptions, type Server, type ServerEnd, serve } from "./server/serve.js";
export type {
  AheadOfAnswers,
  BegunCall,
  CallOptions,
  Channel,
  PreparedArgs,
  PromisedObject,
  Service,
  ServiceDefinition,
  ServiceImplementation,
} from "./service/service.js";
export { type CallContext, callContext, tryCallContext } from "./session/call-context.js";
export type {
  CloseOptions,
  CloseReason,
  Connection,
  ConnectionChange,
  ConnectionState,
  ConnectionTransport,
  FlushOptions,
  LostWork,
} from "./session/connection.js";
export type { ConnectionEvent } from "./session/connection-events.js";
export type { ErrorReport, OnError } from "./session/error-reports.js";
export type { HeartbeatOptions } from "./session/heartbeat.js";
export type { ConnectionOptions } from "./session/session-options.js";
export { defaultLimits, type Limits } from "./transport/limits.js";
export type { PassedOver, PeerInfo } from "./transport/transport.js";
