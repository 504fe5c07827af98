import type { Code } from "../errors/code.js";
import { RpcError } from "../errors/rpc-error.js";
import type { InterceptedCall } from "./interceptor.js";
import { isAsyncIterable, watchIterable } from "./watch-iterable.js";

/** How a call came out. */
export interface CallOutcome {
  /** Milliseconds from the call to its end; of a stream to the end of the stream. */
  readonly ms: number;
  /** `ok`, or why it failed; `unknown` for an error that is no `RpcError`. */
  readonly code: Code | "ok";
  /** What it failed with. */
  readonly error?: unknown;
}

/** Makes the call and tells once how it came out: before its caller is told, of a stream when the stream ends. */
export async function watchOutcome(
  call: InterceptedCall,
  next: (call: InterceptedCall) => Promise<unknown>,
  done: (outcome: CallOutcome) => void,
): Promise<unknown> {
  const began = performance.now();
  const succeeded = () => done({ ms: performance.now() - began, code: "ok" });
  const failed = (error: unknown) => done({ ms: performance.now() - began, code: codeOf(error), error });
  let result: unknown;
  try {
    result = await next(call);
  } catch (thrown) {
    failed(thrown);
    throw thrown;
  }
  if (call.kind === "stream" && isAsyncIterable(result)) {
    return watchIterable(result, (...error) => (error.length === 0 ? succeeded() : failed(error[0])));
  }
  succeeded();
  return result;
}

function codeOf(error: unknown): Code {
  return error instanceof RpcError ? error.code : "unknown";
}
