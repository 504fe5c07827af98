/** The part of Node's `AsyncLocalStorage` that is used here. */
interface ContextStorage {
  run<A>(store: object | undefined, callback: (argument: A) => unknown, argument: A): unknown;
  getStore(): object | undefined;
}

/** Knows the context only while the callback itself runs. */
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

interface RuntimeWithModules {
  readonly process?: {
    getBuiltinModule?(name: string): { readonly AsyncLocalStorage?: new () => ContextStorage } | undefined;
  };
}

/**
 * Where handlers find the context of their call. Asked of the runtime, not imported, so that core loads where there is no
 * such module (https://nodejs.org/api/process.html#processgetbuiltinmoduleid).
 */
function createContextStorage(): ContextStorage {
  const { process } = globalThis as RuntimeWithModules;
  const AsyncLocalStorage = process?.getBuiltinModule?.("async_hooks")?.AsyncLocalStorage;
  return AsyncLocalStorage === undefined ? new SynchronousStorage() : new AsyncLocalStorage();
}

export const contextStorage: ContextStorage = createContextStorage();
