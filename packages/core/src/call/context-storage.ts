/** The subset of Node's `AsyncLocalStorage` that core uses. */
interface ContextStorage {
  run<A>(store: object | undefined, callback: (argument: A) => unknown, argument: A): unknown;
  getStore(): object | undefined;
}

/** Provides the context only while the callback itself runs. */
class SynchronousStorage implements ContextStorage {
  #store: object | undefined;

  run<A>(store: object | undefined, callback: (argument: A) => unknown, argument: A): unknown {
    const outer = this.#store;
    this.#store = store;
    try {
      return callback(argument);
    } finally {
      this.#store = outer;
    }
  }

  getStore(): object | undefined {
    return this.#store;
  }
}

/** The asynchronous context in which this was created, with all stores of the program. */
export interface CapturedContext {
  /** Runs a function in that context. */
  runInAsyncScope<T, A, R>(run: (this: T, argument: A) => R, self: T, argument: A): R;
}

/** The subset of `node:async_hooks` that core uses. */
interface AsyncHooks {
  readonly AsyncLocalStorage?: new () => ContextStorage;
  readonly AsyncResource?: new (type: string) => CapturedContext;
}

interface RuntimeWithModules {
  readonly process?: { getBuiltinModule?(name: string): AsyncHooks | undefined };
}

/** Substitute for a runtime without contexts to capture. */
const noContext: CapturedContext = { runInAsyncScope: (run, self, argument) => run.call(self, argument) };

/**
 * Looked up in the runtime instead of imported, so that core loads in runtimes without this module
 * (https://nodejs.org/api/process.html#processgetbuiltinmoduleid).
 */
const { AsyncLocalStorage, AsyncResource }: AsyncHooks =
  (globalThis as RuntimeWithModules).process?.getBuiltinModule?.("async_hooks") ?? {};

/** Holds the context of the call that a handler answers. */
export const contextStorage: ContextStorage =
  AsyncLocalStorage === undefined ? new SynchronousStorage() : new AsyncLocalStorage();

/** Captures the current context, at a hundredth of the cost of `AsyncLocalStorage.snapshot`. */
export function captureContext(): CapturedContext {
  return AsyncResource === undefined ? noContext : new AsyncResource("crosspane");
}

/** Captures the current context, except for the call that is being handled. */
export function captureOuterContext(): CapturedContext {
  return contextStorage.run(undefined, captureContext, undefined) as CapturedContext;
}

/** Returns a function that runs `listener` in the context in which it was registered. */
export function inThisContext<A, R>(listener: (argument: A) => R): (argument: A) => R {
  const context = captureOuterContext();
  return (argument) => context.runInAsyncScope(listener, undefined, argument);
}
