import { RpcError } from "../errors/rpc-error.js";
import type { Method } from "./method.js";
import { markOwn } from "./require-own.js";

/** What generated code says about a service. */
export interface ServiceDefinition<T> {
  /** The name on the wire. */
  readonly name: string;
  /** 16 hexadecimal digits over the name and all methods. */
  readonly fingerprint: string;
  readonly methods: readonly Method[];
  /** Who may call it, one rule for each `@allow` tag; any of them is enough. What a method says of itself must hold as well. */
  readonly allow?: readonly string[];
  /** The interface extends `Disposable` or `AsyncDisposable`: an object of it is disposed of when its last remote holder has let go. */
  readonly disposable?: true;
  /** The stub class: one method per method of the interface. */
  readonly client: new (
    channel: Channel,
  ) => T;
  /** The skeleton: calls the method with this number. The arguments were checked. */
  dispatch(service: T, method: number, args: readonly unknown[]): unknown;
}

/** What messages call a method: `Inventory.get`. */
export function labelOf(service: { readonly name: string }, method: { readonly name: string }): string {
  return `${service.name}.${method.name}`;
}

/** Options of the calls made through one client; see `withOptions`. */
export interface CallOptions {
  /** Milliseconds that a call may take, `Infinity` for no bound. It travels, and the handler sees what is left of it. */
  readonly timeoutMs?: number | undefined;
  /** Cancels the calls, here and at the peer. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Lets calls that a handler makes stand for themselves: otherwise they are cancelled with the call that the handler answers, and end by its
   * deadline.
   */
  readonly detached?: boolean | undefined;
  /** Text pairs that travel with the calls; the handler reads them from `callContext().metadata`. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** Arguments that are ready to be sent, to one peer or to many. */
export interface PreparedArgs {
  readonly method: Method;
}

/** A call whose result can be called before it arrives. */
export interface BegunCall {
  /** The result, as `unary` returns it. */
  readonly result: unknown;
  /** The object that the call will return, if the method is declared to return one of a service. */
  readonly promised: PromisedObject | undefined;
}

/** An object that a call will return. */
export interface PromisedObject {
  readonly definition: ServiceDefinition<unknown>;
  /**
   * Sends calls to it. Undefined once the call that returns it has settled, and if nothing can be
   * called before it arrives.
   */
  readonly channel: Channel | undefined;
}

/** Bounds the calls of one connection that are made without waiting for earlier answers. */
export interface InFlightBudget {
  /** The number of unanswered calls that each listener may have. */
  readonly share: number;
  /** Adds a listener. */
  join(): void;
  /** Removes a listener. */
  part(): void;
  /** Counts a call that is about to be made; returns false if it has to wait. */
  enter(): boolean;
  /** Removes a counted call, which was answered. */
  leave(): void;
  /** Resolves when a counted call was answered. */
  room(): Promise<void>;
}

/** Carries the calls of a stub. Stubs never see the connection itself. */
export interface Channel {
  /** True while calls can be made. */
  readonly isOpen: boolean;
  /** Budget of the connection that carries the calls; undefined while there is none. */
  readonly ahead: InFlightBudget | undefined;
  /**
   * Makes a call. Returns a promise of its checked result; a synchronous channel returns the result
   * itself, or throws.
   */
  unary(method: number, args: readonly unknown[] | PreparedArgs): unknown;
  /** Makes a call as `unary` does, whose result can be called before it arrives. */
  begin(method: number, args: readonly unknown[]): BegunCall;
  /** Makes a call for a stream once that is read. Returns the stream in the declared form. */
  stream(method: number, args: readonly unknown[]): object;
  /** Sends a one-way call. */
  notify(method: number, args: readonly unknown[]): void;
  /** Reports the error of a call that has no waiting caller. */
  report(method: number, error: unknown): void;
  /** Returns a channel with more options, merged as by the function `withOptions`. */
  withOptions(options: CallOptions): Channel;
  /** Returns a channel that makes the same calls without the event loop. */
  synchronous(): Channel;
}

/** A service together with the object that carries it out: what `serve` and `connect` offer to the peer. */
export interface ServiceImplementation {
  readonly definition: ServiceDefinition<unknown>;
  readonly implementation: unknown;
}

/** A generated service: the value that stands beside the interface's type under the same name. */
export interface Service<T> {
  readonly definition: ServiceDefinition<T>;
  /**
   * Offers `implementation` as this service.
   * @throws {RpcError} `invalidArgument` for what is not an object. That a method is missing shows when it is offered.
   */
  implement(implementation: T): ServiceImplementation;
}

/**
 * Makes the value that a generated module exports.
 *
 * @typeParam _Snapshot comparisons of the contract with what the module was generated from, which TypeScript checks
 */
export function defineService<T, _Snapshot = unknown>(definition: ServiceDefinition<T>): Service<T> {
  markOwn(definition);
  return {
    definition,
    implement: (implementation) => {
      const isObject =
        typeof implementation === "object" ? implementation !== null : typeof implementation === "function";
      if (!isObject) {
        const { name } = definition;
        const got = implementation === null ? "null" : typeof implementation;
        throw new RpcError(
          "invalidArgument",
          `${name}.implement: pass an object with the methods of ${name}, got ${got}`,
        );
      }
      return { definition: definition as ServiceDefinition<unknown>, implementation };
    },
  };
}
