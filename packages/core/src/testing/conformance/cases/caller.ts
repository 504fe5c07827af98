import { ConformanceCaller } from "../conformance.crosspane.js";

/**
 * Makes the service that a case offers to the server. Methods that are left out have the simplest
 * implementation.
 */
export function callerOf(methods: Partial<ConformanceCaller> = {}) {
  return ConformanceCaller.implement({
    upper: async (text) => text.toUpperCase(),
    heard() {},
    ...methods,
  });
}
