import { ConformanceCaller } from "../conformance.crosspane.js";

/** What a case offers to the server; methods that it does not give answer in the plainest way. */
export function callerOf(methods: Partial<ConformanceCaller> = {}) {
  return ConformanceCaller.implement({
    upper: async (text) => text.toUpperCase(),
    heard() {},
    ...methods,
  });
}
