interface ErrorsOfV8 {
  captureStackTrace?(error: Error): void;
}

const settled = Promise.resolve();
/**
 * Errors whose stack shows their awaiter. The stack has to be captured again when another promise
 * takes them over.
 */
const awaited = new WeakSet<object>();
const nothing = () => {};
/** Number of promises that will be rejected within two microtasks. */
let underWay = 0;

/**
 * Rejects the promise of `resolve`, and makes the stack of the error show its awaiter. The error
 * was made where a message was received, or in a timer, which says nothing about the program. V8
 * adds the async functions that wait for a promise to a stack that is captured in a reaction of
 * what the promise was resolved with (https://v8.dev/docs/stack-trace-api#async-stack-traces). One
 * step goes before it, in which the two promises are linked. So only calls that fail pay for this.
 * @param resolve belongs to a promise that has not been resolved or rejected. Otherwise the
 * rejection would be unhandled.
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

/** Returns a value once all pending rejections have happened, or at once if there are none. */
export function afterRejections<T>(value: T): T | Promise<T> {
  return underWay === 0 ? value : settled.then(nothing).then(() => value);
}

/** True for an error that {@link rejectAwaited} has rejected a promise with. */
export function wasAwaited(error: unknown): error is Error {
  return typeof error === "object" && error !== null && awaited.has(error);
}

/** Captures the stack of an error anew, where the runtime can. */
export function showStack(error: Error): void {
  (Error as ErrorsOfV8).captureStackTrace?.(error);
}
