import { release } from "../reference/handle.js";

/** The methods of `T` without its other properties. */
export type MethodsOf<T> = {
  [Name in keyof T as T[Name] extends (...args: never[]) => unknown ? Name : never]: T[Name];
};

/** A result that is still to come, with the methods that it will have; what they give is still to come as well. */
export type Promised<T> = Promise<T> &
  AsyncDisposable & {
    [Name in keyof MethodsOf<T>]: T[Name] extends (...args: infer Args) => infer Result
      ? (...args: Args) => Promised<Awaited<Result>>
      : never;
  };

/** A client whose results can be called before they are there. */
export type Pipelined<T> = {
  [Name in keyof MethodsOf<T>]: T[Name] extends (...args: infer Args) => Promise<infer Result>
    ? (...args: Args) => Promised<Result>
    : T[Name];
};

/**
 * The same client for chains of calls: a method of a service that another call returns is called without waiting for that,
 * `await pipelined(inventory).cursor(query).next()`, and fails with what the call before it fails with. The second call is sent in the moment in which the
 * first is answered. What is in between is let go of by `await using`, or with the connection; a local object can be used in the same way.
 */
export function pipelined<T extends object>(client: T): Pipelined<T> {
  return new Proxy(client, {
    get: (target, name) => method(() => target, name),
  }) as Pipelined<T>;
}

function method(target: () => unknown, name: string | symbol) {
  return (...args: unknown[]) => {
    const object = target();
    return isPromise(object)
      ? promised(object.then((value) => call(value, name, args)))
      : promised(call(object, name, args));
  };
}

function call(object: unknown, name: string | symbol, args: readonly unknown[]): unknown {
  const found: unknown = Reflect.get(Object(object), name);
  if (typeof found !== "function") throw new TypeError(`what was returned has no method ${String(name)}`);
  return Reflect.apply(found, object, args);
}

/** Gives a promise the methods of what it promises; anything else is returned as it is. */
function promised(result: unknown): unknown {
  if (!isPromise(result)) return result;
  return new Proxy(result, {
    get(promise, name) {
      if (name === Symbol.asyncDispose) return () => promise.then(letGo, () => {});
      if (name in promise) {
        const own: unknown = Reflect.get(promise, name);
        return typeof own === "function" ? own.bind(promise) : own;
      }
      return typeof name === "symbol" ? undefined : method(() => promise, name);
    },
  });
}

function letGo(value: unknown): void {
  if (typeof value === "object" && value !== null) release(value);
}

function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise;
}
