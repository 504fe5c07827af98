import { isPromise } from "../runtime/brands.js";
import type { Channel } from "../service/service.js";
import { ClientStub } from "./client-stub.js";
import { PipelinedChannel, promisedBy } from "./pipelined-channel.js";
import { callMethod, PromisedResult, releaseResult } from "./promised-result.js";

/** The methods of `T` without its other properties. */
export type MethodsOf<T> = {
  [Name in keyof T as T[Name] extends (...args: never[]) => unknown ? Name : never]: T[Name];
};

/** A promise with the methods of its future result. They return such promises too. */
export type Promised<T> = Promise<T> &
  AsyncDisposable & {
    [Name in keyof MethodsOf<T>]: T[Name] extends (...args: infer Args) => infer Result
      ? (...args: Args) => Promised<Awaited<Result>>
      : never;
  };

/** A client whose results can be called before they arrive. */
export type Pipelined<T> = {
  [Name in keyof MethodsOf<T>]: T[Name] extends (...args: infer Args) => Promise<infer Result>
    ? (...args: Args) => Promised<Result>
    : T[Name];
};

/**
 * Returns a client of the same service for chains of calls. A method of the object that a call
 * returns can be called without waiting for that object. In
 * `await pipelined(inventory).cursor(query).next()` both calls go out at once. If the first fails,
 * the second fails with the same error.
 *
 * The second call waits for the first, with the same outcome, if pipelining is not possible: for a
 * result that is not an object as a whole, a stream, a one-way call or a local object, with
 * interceptors or listeners at the client, without a link, or with an older peer.
 *
 * Objects in the middle of a chain are released when all calls on them, direct or further down the
 * chain, have been answered. To keep such an object, `await` it or use `await using`, and release
 * it yourself.
 */
export function pipelined<T extends object>(client: T): Pipelined<T> {
  const channel = ClientStub.channelOf(client);
  const object = channel === undefined ? client : stubOn(client, new PipelinedChannel(channel));
  return new Proxy(client, {
    get(own, name) {
      const found: unknown = Reflect.get(own, name);
      if (typeof found !== "function" || isOfEveryObject(own, name, found)) return found;
      return (...args: unknown[]) => {
        const result = callMethod(object, name, args);
        if (!isPromise(result)) return result;
        return promised(result, new PromisedResult(result, promisedBy(result)));
      };
    },
  }) as Pipelined<T>;
}

function stubOn<T extends object>(client: T, channel: Channel): T {
  const Stub = client.constructor as new (channel: Channel) => T;
  return new Stub(channel);
}

/** Returns a promise with the methods of its future result. */
function promised(promise: Promise<unknown>, result: PromisedResult): unknown {
  return new Proxy(promise, {
    get(own, name) {
      if (name === Symbol.asyncDispose) {
        result.look();
        return () => own.then(releaseResult, () => {});
      }
      const isOfPromise = name === "then" || name === "catch" || name === "finally";
      if (isOfPromise) result.look();
      if (isOfPromise || (name in own && !result.declares(name))) {
        const found: unknown = Reflect.get(own, name);
        return typeof found === "function" ? found.bind(own) : found;
      }
      if (!result.mayHave(name)) return undefined;
      return (...args: unknown[]) => {
        const next = result.call(name, args);
        return promised(next.promise, next);
      };
    },
  });
}

/**
 * Returns true for a property that every object has, and false for a contract's method of that
 * name.
 */
function isOfEveryObject(own: object, name: string | symbol, found: unknown): boolean {
  return name === "constructor"
    ? found === own.constructor && (found as { prototype?: unknown }).prototype === Object.getPrototypeOf(own)
    : found === Reflect.get(Object.prototype, name);
}
