import type { InterceptedCall, Interceptor } from "./interceptor.js";
import { type CallOutcome, watchOutcome } from "./watch-outcome.js";

/**
 * Measures every call. Calls `measured` when the call is over, for a stream when the stream ends.
 * An error that `measured` throws goes to the caller.
 */
export function timing(measured: (call: InterceptedCall, outcome: CallOutcome) => void): Interceptor {
  return (call, next) => watchOutcome(call, next, (outcome) => measured(call, outcome));
}
