import type { Interceptor } from "../interceptor/interceptor.js";
import { contextStorage } from "./context-storage.js";
import { handleThrough } from "./handle-through.js";
import type { RunningCall } from "./prepare-call.js";

/** Runs the handler of a call, in the call's context and through the interceptors, if there are any. Throws and rejects as it does. */
export function runHandler(call: RunningCall, interceptors: readonly Interceptor[] | undefined): unknown {
  return interceptors === undefined
    ? contextStorage.run(call.context, invoke, call)
    : contextStorage.run(call.context, invokeThrough, { call, interceptors });
}

function invoke({ service, methodNumber, args }: RunningCall): unknown {
  return service.definition.dispatch(service.implementation, methodNumber, args);
}

function invokeThrough(through: {
  readonly call: RunningCall;
  readonly interceptors: readonly Interceptor[];
}): Promise<unknown> {
  const { call, interceptors } = through;
  const { definition } = call.service;
  return handleThrough(interceptors, { ...call, definition }, (args) => invoke({ ...call, args }));
}
