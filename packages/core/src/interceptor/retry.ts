import { sleep } from "../call/deadline.js";
import { assertOptions, type OptionNames } from "../errors/assert-options.js";
import type { Code } from "../errors/code.js";
import { RpcError } from "../errors/rpc-error.js";
import { carriedReferences } from "./carried-references.js";
import type { Interceptor } from "./interceptor.js";

/** How `retry` goes about it. */
export interface RetryOptions {
  /** How often a call is made at most, the first time included; 3 unless told otherwise. */
  readonly attempts?: number;
  /** Milliseconds before the second attempt, twice as many before each that follows; 50 unless told otherwise. */
  readonly firstDelayMs?: number;
  /** Milliseconds that a delay grows to; 1,000 unless told otherwise. */
  readonly maxDelayMs?: number;
  /** What is worth another attempt; `unavailable` and `resourceExhausted` unless told otherwise. */
  readonly codes?: readonly Code[];
}

const optionNames = {
  attempts: true,
  firstDelayMs: true,
  maxDelayMs: true,
  codes: true,
} satisfies OptionNames<RetryOptions>;

/**
 * Makes calls that failed for a passing reason again: at the client, only methods that the contract marks `@idempotent`, within the
 * call's deadline. A part of each delay, at most half of it, is left out by chance, so that many clients do not come back at once. Never made again are streams,
 * and calls whose arguments hold functions, streams or services: the failed attempt has used them.
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
