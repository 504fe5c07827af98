import { RpcError } from "../errors/rpc-error.js";
import type { Method } from "./method.js";
import { registerCopy } from "./same-copy.js";

/** Description of a service in generated code. */
export interface ServiceDefinition<T> {
  /** The name on the wire. */
  readonly name: string;
  /** Hash of the name and all methods, 16 hexadecimal digits. */
  readonly fingerprint: string;
  readonly methods: readonly Method[];
  /**
   * Rules for callers, one for each `@allow` tag. A caller has to meet one of them, and one of the
   * method's rules.
   */
  readonly allow?: readonly string[];
  /**
   * True if the interface extends `Disposable` or `AsyncDisposable`. Its objects are disposed of
   * when the last remote holder has released them.
   */
  readonly disposable?: true;
  /** The stub class: one method per method of the interface. */
  readonly client: new (
    channel: Channel,
  ) => T;
  /** The skeleton: calls the method with this number. The arguments are already checked. */
  dispatch(service: T, method: number, args: readonly unknown[]): unknown;
}

/** Returns the name of a method for messages: `Inventory.get`. */
export function labelOf(service: { readonly name: string }, method: { readonly name: string }): string {
  return `${service.name}.${method.name}`;
}

/** Options of the calls made through one client; see `withOptions`. */
export interface CallOptions {
  /**
   * Milliseconds that a call may take, `Infinity` for no limit. The handler sees the time that is
   * left.
   */
  readonly timeoutMs?: number | undefined;
  /** Cancels the calls, here and at the peer. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Makes calls inside a handler independent. By default they are cancelled with the call that the
   * handler answers, and share its deadline.
   */
  readonly detached?: boolean | undefined;
  /** Metadata that travels with the calls. The handler reads it from `callContext().metadata`. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** Arguments that are ready to send, to one peer or to many. */
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
  readonly listenerBudget: InFlightBudget | undefined;
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

/** A service with its implementation, which `serve` and `connect` offer to the peer. */
export interface ServiceImplementation {
  readonly definition: ServiceDefinition<unknown>;
  readonly implementation: unknown;
}

/** A generated service: the value with the same name as the interface. */
export interface Service<T> {
  readonly definition: ServiceDefinition<T>;
  /**
   * Offers `implementation` as this service.
   * @throws {RpcError} `invalidArgument` for a value that is not an object. A missing method is
   * found when the service is offered.
   */
  implement(implementation: T): ServiceImplementation;
}

/**
 * Creates the service that a generated module exports.
 *
 * @typeParam _Snapshot type-level comparisons of the contract with the one that the module was
 * generated from
 */
export function defineService<T, _Snapshot = unknown>(definition: ServiceDefinition<T>): Service<T> {
  registerCopy(definition);
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
