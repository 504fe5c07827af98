import { RpcError } from "../errors/rpc-error.js";
import { createContextValues } from "../interceptor/context-values.js";
import type { InterceptedCall, Interceptor } from "../interceptor/interceptor.js";
import { runInterceptors } from "../interceptor/run-interceptors.js";
import { isAsyncIterable, watchIterable } from "../interceptor/watch-iterable.js";
import type { Method } from "../service/method.js";
import type { CallOptions } from "../service/service.js";
import { abortError } from "../session/call-errors.js";
import { Deadline } from "../session/deadline.js";
import type { PeerInfo } from "../transport/transport.js";

/** A call that is to go through interceptors. */
export interface CallToIntercept {
  readonly interceptors: readonly Interceptor[];
  readonly service: string;
  readonly method: Method;
  readonly label: string;
  readonly args: readonly unknown[];
  readonly options: CallOptions;
  readonly peer: PeerInfo;
  /** Makes the call at last, in its own way; of a stream it gives the iterable. */
  readonly send: (call: InterceptedCall, options: CallOptions) => unknown;
}

const noMetadata: Readonly<Record<string, string>> = Object.freeze({});

/**
 * Makes a call through the interceptors. The promise settles once, and not later than the deadline or the signal say, whatever an
 * interceptor does.
 */
export function callThrough(about: CallToIntercept): Promise<unknown> {
  const { label, method, options } = about;
  const { timeoutMs = Number.POSITIVE_INFINITY, signal } = options;
  if (signal?.aborted === true) return Promise.reject(abortError(label, signal));
  return new Promise((resolve, reject) => {
    const controller = new AbortController();
    const giveUp = (error: RpcError) => {
      reject(error);
      controller.abort(error);
    };
    const late = () => new RpcError("deadlineExceeded", `${label} was not done within ${timeoutMs} ms`);
    const deadline = new Deadline(timeoutMs, () => giveUp(late()));
    const onAbort = () => giveUp(abortError(label, signal as AbortSignal));
    signal?.addEventListener("abort", onAbort);
    const over = () => {
      deadline.clear();
      signal?.removeEventListener("abort", onAbort);
    };
    const call: InterceptedCall = {
      side: "client",
      service: about.service,
      method: method.name,
      label,
      kind: method.kind,
      idempotent: method.idempotent === true,
      args: about.args,
      metadata: options.metadata ?? noMetadata,
      signal: controller.signal,
      timeoutMs,
      remaining: () => deadline.remainingMs,
      peer: about.peer,
      values: createContextValues(),
      refusal: undefined,
    };
    const send = async (final: InterceptedCall) =>
      about.send(final, {
        timeoutMs: Math.min(final.timeoutMs, deadline.remainingMs),
        signal: final.signal,
        metadata: final.metadata === noMetadata ? undefined : final.metadata,
      });
    runInterceptors(about.interceptors, call, send).then(
      (result) => {
        // Its deadline and its signal hold until it ends.
        if (call.kind === "stream" && isAsyncIterable(result)) return resolve(watchIterable(result, over));
        over();
        resolve(result);
      },
      (error) => {
        over();
        reject(error);
      },
    );
  });
}
