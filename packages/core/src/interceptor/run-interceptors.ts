import type { InterceptedCall, Interceptor } from "./interceptor.js";

/**
 * Takes a call through all interceptors, the first of the list outermost, to `last`. Never throws:
 * an error of an interceptor is a rejection.
 */
export function runInterceptors(
  interceptors: readonly Interceptor[],
  call: InterceptedCall,
  last: (call: InterceptedCall) => Promise<unknown>,
): Promise<unknown> {
  const from = (index: number, passed: InterceptedCall): Promise<unknown> => {
    const interceptor = interceptors[index];
    try {
      return interceptor === undefined
        ? last(passed)
        : Promise.resolve(interceptor(passed, (next) => from(index + 1, next)));
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  };
  return from(0, call);
}
