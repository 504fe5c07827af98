import { isPromise } from "../runtime/brands.js";
import type { Channel } from "../service/service.js";
import { ClientStub } from "./client-stub.js";
import { PipelinedChannel, promisedBy } from "./pipelined-channel.js";
import { callMethod, letGo, PromisedResult } from "./promised-result.js";

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
 * The same client for chains of calls: a method of a service that another call returns is called without waiting for that. In
 * `await pipelined(inventory).cursor(query).next()` both calls go out at once, and the second fails with what the first fails with. Where that is not possible (a
 * result that is no object as a whole, interceptors or listeners on the client's side, a link that is not there, an older peer, a stream, a one-way call, a local object) the second call is made when the first
 * is answered, with the same outcome.
 *
 * What is in between is let go of when all that was called on it, directly or further down the chain, has been answered. Who needs it longer looks at
 * it, by `await` or `await using`, and lets go of it.
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

/** A promise with the methods of what it promises. */
function promised(promise: Promise<unknown>, result: PromisedResult): unknown {
  return new Proxy(promise, {
    get(own, name) {
      if (name === Symbol.asyncDispose) {
        result.look();
        return () => own.then(letGo, () => {});
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

/** Tells what every object has from a method of a contract that is named so. */
function isOfEveryObject(own: object, name: string | symbol, found: unknown): boolean {
  return name === "constructor"
    ? found === own.constructor && (found as { prototype?: unknown }).prototype === Object.getPrototypeOf(own)
    : found === Reflect.get(Object.prototype, name);
}
