import { contextStorage } from "../call/context-storage.js";
import type { Interceptor } from "../interceptor/interceptor.js";
import { interceptServerCall } from "./intercept-server-call.js";
import type { RunningCall } from "./prepare-call.js";

/**
 * Runs the handler of a call through the interceptors, if there are any, with the call as its
 * `callContext()`. An object or a function runs in the context in which it was passed to the peer,
 * a service in the current one. Throws and rejects as the handler does.
 */
export function runHandler(call: RunningCall, interceptors: readonly Interceptor[] | undefined): unknown {
  const { context } = call.service;
  if (interceptors === undefined)
    return context === undefined ? run(call) : context.runInAsyncScope(run, undefined, call);
  const through = { call, interceptors };
  return context === undefined
    ? runThrough(through)
    : context.runInAsyncScope(runThrough, undefined, through);
}

/** A call and the interceptors that it passes. */
interface InterceptedHandler {
  readonly call: RunningCall;
  readonly interceptors: readonly Interceptor[];
}

function run(call: RunningCall): unknown {
  return contextStorage.run(call.context, invoke, call);
}

function runThrough(through: InterceptedHandler): unknown {
  return contextStorage.run(through.call.context, invokeThrough, through);
}

function invoke({ service, methodNumber, args }: RunningCall): unknown {
  return service.definition.dispatch(service.implementation, methodNumber, args);
}

function invokeThrough({ call, interceptors }: InterceptedHandler): Promise<unknown> {
  const { definition } = call.service;
  return interceptServerCall(interceptors, { ...call, definition }, (args) => invoke({ ...call, args }));
}
