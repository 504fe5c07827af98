import { anySignal } from "../runtime/any-signal.js";
import type { CallOptions } from "../service/service.js";

/** Merges options: later values override earlier ones, and metadata is merged. */
export function mergedOptions(earlier: CallOptions, named: CallOptions): CallOptions {
  const metadata =
    named.metadata === undefined ? earlier.metadata : { ...earlier.metadata, ...named.metadata };
  return { ...earlier, ...named, metadata };
}

/** Returns the options with a second signal that also cancels the call. */
export function withExtraSignal(options: CallOptions, signal: AbortSignal): CallOptions {
  return {
    ...options,
    signal: options.signal === undefined ? signal : anySignal([options.signal, signal]),
  };
}
