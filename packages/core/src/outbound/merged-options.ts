import { anySignal } from "../runtime/any-signal.js";
import type { CallOptions } from "../service/service.js";

/** Options on top of others: each that is named takes the place of the earlier one, metadata is merged. */
export function mergedOptions(earlier: CallOptions, named: CallOptions): CallOptions {
  const metadata =
    named.metadata === undefined ? earlier.metadata : { ...earlier.metadata, ...named.metadata };
  return { ...earlier, ...named, metadata };
}

/** The options with another signal beside their own. */
export function alsoCancelledBy(options: CallOptions, signal: AbortSignal): CallOptions {
  return {
    ...options,
    signal: options.signal === undefined ? signal : anySignal([options.signal, signal]),
  };
}
