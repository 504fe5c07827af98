import type { Code } from "../errors/code.js";
import { RpcError } from "../errors/rpc-error.js";
import { now } from "../runtime/real-time.js";
import type { InterceptedCall } from "./interceptor.js";
import { isAsyncIterable, watchIterable } from "./watch-iterable.js";

/** Outcome of a call. */
export interface CallOutcome {
  /** Milliseconds from the call to its end; for a stream to the end of the stream. */
  readonly ms: number;
  /** `ok`, or the error code; `unknown` for an error that is not an `RpcError`. */
  readonly code: Code | "ok";
  /** The error of a failed call. */
  readonly error?: unknown;
}

/**
 * Makes the call and reports its outcome once: before its caller is answered, or for a stream when
 * the stream ends.
 */
export async function watchOutcome(
  call: InterceptedCall,
  next: (call: InterceptedCall) => Promise<unknown>,
  done: (outcome: CallOutcome) => void,
): Promise<unknown> {
  const began = now();
  let result: unknown;
  try {
    result = await next(call);
  } catch (thrown) {
    done(failed(began, thrown));
    throw thrown;
  }
  if (call.kind === "stream" && isAsyncIterable(result)) {
    return watchIterable(result, (...error) =>
      done(error.length === 0 ? succeeded(began) : failed(began, error[0])),
    );
  }
  done(succeeded(began));
  return result;
}

/** Returns the outcome of a call that began at `began` and succeeds now. */
export function succeeded(began: number): CallOutcome {
  return { ms: now() - began, code: "ok" };
}

/** Returns the outcome of a call that began at `began` and fails now. */
export function failed(began: number, error: unknown): CallOutcome {
  return { ms: now() - began, code: codeOf(error), error };
}

function codeOf(error: unknown): Code {
  return error instanceof RpcError ? error.code : "unknown";
}
