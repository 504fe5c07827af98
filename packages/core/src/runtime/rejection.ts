interface ErrorsOfV8 {
  captureStackTrace?(error: Error): void;
}

const settled = Promise.resolve();
/** Errors whose stack is that of who awaits them: to be made anew where another promise takes them over. */
const awaited = new WeakSet<object>();
const nothing = () => {};
/** Promises that will be rejected within two microtasks. */
let underWay = 0;

/**
 * Rejects the promise of `resolve`, and has the stack of the error show who awaits it. The error was made where a message was received, or
 * in a timer, which says nothing about the program. V8 adds the async functions that wait for a promise to a stack that is captured
 * in a reaction of what the promise was resolved with (https://v8.dev/docs/stack-trace-api#async-stack-traces); one step goes before it,
 * in which the two promises are linked. So nothing of it is paid for before a call fails.
 * @param resolve of a promise that has not been resolved or rejected: otherwise the rejection has no one to handle it.
 */
export function rejectAwaited(resolve: (value: PromiseLike<never>) => void, error: Error): void {
  awaited.add(error);
  underWay++;
  const show = () => {
    underWay--;
    showStack(error);
    throw error;
  };
  resolve(settled.then(nothing).then(show));
}

/** Gives a value once all promises are rejected that are to be: at once if none is. */
export function afterRejections<T>(value: T): T | Promise<T> {
  return underWay === 0 ? value : settled.then(nothing).then(() => value);
}

/** True for an error that {@link rejectAwaited} has rejected a promise with. */
export function wasAwaited(error: unknown): error is Error {
  return typeof error === "object" && error !== null && awaited.has(error);
}

/** Makes the stack of an error that of the present moment, where the runtime can. */
export function showStack(error: Error): void {
  (Error as ErrorsOfV8).captureStackTrace?.(error);
}
