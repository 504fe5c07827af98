import { parentCall } from "../call/call-context.js";
import { abortError } from "../call/call-errors.js";
import { listenTo, parentError } from "../call/cancellers.js";
import { createContextValues } from "../call/context-values.js";
import { Deadline } from "../call/deadline.js";
import { RpcError } from "../errors/rpc-error.js";
import type { InterceptedCall, Interceptor } from "../interceptor/interceptor.js";
import { runInterceptors } from "../interceptor/run-interceptors.js";
import { isAsyncIterable, watchIterable } from "../interceptor/watch-iterable.js";
import { anySignal } from "../runtime/any-signal.js";
import { rejectAwaited, wasAwaited } from "../runtime/rejection.js";
import { type Method, referenceUsage } from "../service/method.js";
import type { CallOptions } from "../service/service.js";
import type { PeerInfo } from "../transport/transport.js";

/** A call of a client. */
export interface ClientCall {
  readonly service: string;
  readonly method: Method;
  readonly label: string;
  readonly args: readonly unknown[];
  readonly options: CallOptions;
  readonly peer: PeerInfo;
}

/** A call, with the interceptors that it has to pass. */
export interface CallToIntercept extends ClientCall {
  readonly interceptors: readonly Interceptor[];
  /** Makes the call after the last interceptor. Returns the iterable if it is a stream. */
  readonly send: (call: InterceptedCall, options: CallOptions) => unknown;
}

const noMetadata: Readonly<Record<string, string>> = Object.freeze({});

/**
 * Makes a call through the interceptors. The promise settles once, and no later than the deadline
 * or the signal requires, whatever an interceptor does.
 */
export function interceptClientCall(about: CallToIntercept): Promise<unknown> {
  const { label, method, options } = about;
  const { signal } = options;
  const parent = options.detached === true ? undefined : parentCall();
  const { remainingMs = Number.POSITIVE_INFINITY } = parent ?? {};
  const timeoutMs = Math.min(options.timeoutMs ?? Number.POSITIVE_INFINITY, remainingMs);
  if (signal?.aborted === true) return Promise.reject(abortError(label, signal));
  if (parent?.reason !== undefined) return Promise.reject(parentError(label, parent, parent.reason));
  return new Promise((resolve, reject) => {
    const controller = new AbortController();
    // A call that has returned a stream can still be cancelled, but no longer rejected.
    let isAnswered = false;
    const cancel = (error: RpcError) => {
      if (controller.signal.aborted) return;
      if (!isAnswered) rejectAwaited(resolve, error);
      controller.abort(error);
    };
    const late = () =>
      new RpcError("deadlineExceeded", `${label} did not finish within ${Math.ceil(timeoutMs)} ms`);
    const deadline = new Deadline(timeoutMs, () => cancel(late()));
    const stopListening = listenTo({ signals: signal === undefined ? [] : [signal], parent }, label, cancel);
    const over = () => {
      deadline.clear();
      stopListening?.();
    };
    const remaining = () => deadline.remainingMs;
    const call = describeCall(about, { signal: controller.signal, timeoutMs, remaining });
    // The caller's signal also applies to references in the result. The call's own signal does not
    // follow it by then.
    const signalOf = (final: InterceptedCall) =>
      signal !== undefined && referenceUsage(method).result
        ? anySignal([final.signal, signal])
        : final.signal;
    const send = async (final: InterceptedCall) =>
      about.send(final, {
        timeoutMs: Math.min(final.timeoutMs, deadline.remainingMs),
        signal: signalOf(final),
        metadata: final.metadata === noMetadata ? undefined : final.metadata,
        detached: options.detached,
      });
    runInterceptors(about.interceptors, call, send).then(
      (result) => {
        // The deadline and the signal apply until the stream ends.
        if (call.kind === "stream" && isAsyncIterable(result)) {
          const stream = watchIterable(result, over);
          // It is too late for its caller. Interceptors that watch the stream must see its end.
          if (controller.signal.aborted) stream.return().catch(() => {});
          isAnswered = true;
          return resolve(stream);
        }
        over();
        resolve(result);
      },
      (error) => {
        over();
        if (controller.signal.aborted) return;
        // An error that an interceptor throws keeps its own stack.
        if (wasAwaited(error)) rejectAwaited(resolve, error);
        else reject(error);
      },
    );
  });
}

/** Returns a call in the form that interceptors see. */
export function describeCall(
  { service, method, label, args, options, peer }: ClientCall,
  time: Pick<InterceptedCall, "signal" | "timeoutMs" | "remaining">,
): InterceptedCall {
  return {
    side: "client",
    service,
    method: method.name,
    label,
    kind: method.kind,
    idempotent: method.idempotent === true,
    args,
    metadata: options.metadata ?? noMetadata,
    ...time,
    peer,
    values: createContextValues(),
    refusal: undefined,
  };
}
