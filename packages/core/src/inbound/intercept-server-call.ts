import type { RunningContext } from "../call/call-context.js";
import { createContextValues } from "../call/context-values.js";
import type { RpcError } from "../errors/rpc-error.js";
import type { InterceptedCall, Interceptor } from "../interceptor/interceptor.js";
import { runInterceptors } from "../interceptor/run-interceptors.js";
import type { Method } from "../service/method.js";
import { labelOf, type ServiceDefinition } from "../service/service.js";
import type { PeerInfo } from "../transport/transport.js";

/** An inbound call that passes interceptors. */
export interface HandledCall {
  readonly definition: ServiceDefinition<unknown>;
  readonly method: Method;
  readonly args: readonly unknown[];
  readonly context: RunningContext;
}

/**
 * Runs a call through the interceptors.
 * @param invoke runs the handler.
 */
export function interceptServerCall(
  interceptors: readonly Interceptor[],
  { definition, method, args, context }: HandledCall,
  invoke: (args: readonly unknown[]) => unknown,
): Promise<unknown> {
  const call: InterceptedCall = {
    ...about(definition, method),
    args,
    metadata: context.metadata,
    signal: context.signal,
    timeoutMs: context.remainingMs,
    remaining: () => context.remainingMs,
    peer: context.peer,
    values: context.values,
    refusal: undefined,
  };
  return runInterceptors(interceptors, call, async (final) => invoke(final.args));
}

/** Shows a refused call to the interceptors. Their outcome is ignored. */
export function showRefusal(
  interceptors: readonly Interceptor[],
  refused: {
    readonly definition: ServiceDefinition<unknown>;
    readonly method: Method;
    readonly peer: PeerInfo;
    readonly error: RpcError;
  },
): void {
  const { definition, method, peer, error } = refused;
  const call: InterceptedCall = {
    ...about(definition, method),
    args: [],
    metadata: {},
    signal: new AbortController().signal,
    timeoutMs: Number.POSITIVE_INFINITY,
    remaining: () => Number.POSITIVE_INFINITY,
    peer,
    values: createContextValues(),
    refusal: error,
  };
  runInterceptors(interceptors, call, () => Promise.reject(error)).catch(() => {});
}

function about(definition: ServiceDefinition<unknown>, method: Method) {
  return {
    side: "server",
    service: definition.name,
    method: method.name,
    label: labelOf(definition, method),
    kind: method.kind,
    idempotent: method.idempotent === true,
  } as const;
}
