import { now } from "../runtime/real-time.js";
import { diagnosticsChannel } from "./diagnostics-channel.js";
import type { InterceptedCall, Interceptor } from "./interceptor.js";
import { type CallOutcome, failed, succeeded, watchOutcome } from "./watch-outcome.js";

/**
 * Message of the channel `crosspane.call` of `node:diagnostics_channel`, for every call of the
 * process, made or handled. The events of one call have the same `call`.
 */
export type CallEvent =
  | { readonly type: "start"; readonly call: InterceptedCall }
  /** The call succeeded, or failed with `outcome.error`, or its stream has ended. */
  | { readonly type: "end"; readonly call: InterceptedCall; readonly outcome: CallOutcome }
  /**
   * The peer may not make the call, for the reason `call.refusal`; there is no other event of it.
   */
  | { readonly type: "refused"; readonly call: InterceptedCall };

const channel = diagnosticsChannel("crosspane.call");

const publish = (event: CallEvent): void => channel.publish(event);

const publishing: Interceptor = (call, next) => {
  if (call.refusal !== undefined) {
    publish({ type: "refused", call });
    return next(call);
  }
  publish({ type: "start", call });
  return watchOutcome(call, next, (outcome) => publish({ type: "end", call, outcome }));
};

/**
 * Returns the interceptors of a call that begins now: the program's own, and before them one for
 * the channel's subscribers.
 */
export function withObservers(own: readonly Interceptor[] | undefined): readonly Interceptor[] | undefined {
  return channel.hasSubscribers ? [publishing, ...(own ?? [])] : own;
}

/** Publishes the events of a call that cannot go through interceptors. */
export function observeSync<T>(call: InterceptedCall, run: () => T): T {
  const began = now();
  publish({ type: "start", call });
  try {
    const result = run();
    publish({ type: "end", call, outcome: succeeded(began) });
    return result;
  } catch (error) {
    publish({ type: "end", call, outcome: failed(began, error) });
    throw error;
  }
}
