import type { InterceptedCall, Interceptor } from "./interceptor.js";
import { type CallOutcome, watchOutcome } from "./watch-outcome.js";

/**
 * Measures every call: tells `measured` of each when it is over, of a stream when the stream ends. What `measured` throws, the caller gets.
 */
export function timing(measured: (call: InterceptedCall, outcome: CallOutcome) => void): Interceptor {
  return (call, next) => watchOutcome(call, next, (outcome) => measured(call, outcome));
}
