import { sleep } from "../call/deadline.js";
import { assertOptions, type OptionNames } from "../errors/assert-options.js";
import type { Code } from "../errors/code.js";
import { RpcError } from "../errors/rpc-error.js";
import { carriedReferences } from "./carried-references.js";
import type { Interceptor } from "./interceptor.js";

/** Options for `retry`. */
export interface RetryOptions {
  /** Maximum number of attempts, the first one included; 3 by default. */
  readonly attempts?: number;
  /** Milliseconds before the second attempt, doubled for each further one; 50 by default. */
  readonly firstDelayMs?: number;
  /** Maximum milliseconds of a delay; 1,000 by default. */
  readonly maxDelayMs?: number;
  /** Codes that are worth another attempt; `unavailable` and `resourceExhausted` by default. */
  readonly codes?: readonly Code[];
}

const optionNames = {
  attempts: true,
  firstDelayMs: true,
  maxDelayMs: true,
  codes: true,
} satisfies OptionNames<RetryOptions>;

/**
 * Repeats calls that failed for a passing reason. Works at the client, for methods that the
 * contract marks `@idempotent`, within the call's deadline. Up to half of each delay is random, so
 * that many clients do not retry at once. Never repeats streams, or calls whose arguments hold
 * functions, streams or services: the failed attempt has used them.
 * @throws {RpcError} `invalidArgument` for an option out of its range.
 */
export function retry(options: RetryOptions = {}): Interceptor {
  assertOptions("retry", options, optionNames);
  const { attempts = 3, firstDelayMs = 50, maxDelayMs = 1_000 } = options;
  const codes: ReadonlySet<Code> = new Set(options.codes ?? ["unavailable", "resourceExhausted"]);
  if (!Number.isInteger(attempts) || attempts < 1 || !(firstDelayMs >= 0) || !(maxDelayMs >= firstDelayMs)) {
    throw new RpcError(
      "invalidArgument",
      "retry: attempts must be a whole number from 1, and 0 <= firstDelayMs <= maxDelayMs",
    );
  }
  return async (call, next) => {
    const repeatable = call.side === "client" && call.kind === "unary" && call.idempotent;
    for (let attempt = 1, delayMs = firstDelayMs; ; attempt++, delayMs = Math.min(delayMs * 2, maxDelayMs)) {
      try {
        return await next(call);
      } catch (thrown) {
        const again =
          repeatable &&
          attempt < attempts &&
          thrown instanceof RpcError &&
          codes.has(thrown.code) &&
          !call.values.get(carriedReferences);
        const waitMs = delayMs / 2 + (Math.random() * delayMs) / 2;
        if (!again || waitMs >= call.remaining()) throw thrown;
        await sleep(waitMs, call.signal);
        if (call.signal.aborted) throw thrown;
      }
    }
  };
}
