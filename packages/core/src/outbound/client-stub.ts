import { assertOptions, type OptionNames } from "../errors/assert-options.js";
import { RpcError } from "../errors/rpc-error.js";
import { release, shareProxy } from "../references/shapes/handle.js";
import { isAbortSignal, isPlainObject } from "../runtime/brands.js";
import { markIdentity, unwrapped } from "../runtime/identity.js";
import type { CallOptions, Channel } from "../service/service.js";

/** The base of every generated client. Its one field is private, so no method of a contract can clash with it. */
export class ClientStub {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
    markIdentity(this);
  }

  /** Lets go of an object that came by reference. A client of a service of the connection has nothing to let go of. */
  [Symbol.dispose](): void {
    release(this);
  }

  /** As `Symbol.dispose`. */
  async [Symbol.asyncDispose](): Promise<void> {
    release(this);
  }

  /**
   * The channel of a stub; undefined if the value is no stub.
   * @internal
   */
  static channelOf(value: unknown): Channel | undefined {
    if (typeof value !== "object" || value === null) return undefined;
    if (#channel in value) return value.#channel;
    const stub = unwrapped(value);
    return #channel in stub ? stub.#channel : undefined;
  }
}

/** Gives the stream that a method answers with, and makes the call once it is read; used by generated code. */
export function streaming<T>(stub: ClientStub, method: number, args: readonly unknown[]): T {
  return channelOf(stub).stream(method, args) as T;
}

/** Makes a call; used by generated code. */
export function unary<T>(stub: ClientStub, method: number, args: readonly unknown[]): Promise<T> {
  let channel: Channel;
  try {
    channel = channelOf(stub);
  } catch (thrown) {
    return Promise.reject(thrown);
  }
  // What a synchronous channel throws is thrown, and what it gives is the result: see `synchronous`.
  return channel.unary(method, args) as Promise<T>;
}

/** Sends a one-way call; used by generated code. */
export function notify(stub: ClientStub, method: number, args: readonly unknown[]): void {
  channelOf(stub).notify(method, args);
}

/**
 * The same client with options for each call made through the returned one; the given client is left as it is. Options of an
 * earlier `withOptions` stay unless named again; metadata is merged. An object that is no client (the local implementation of
 * the same interface) is returned as it is, since there is no call to apply the options to.
 * @throws {RpcError} `invalidArgument` if `timeoutMs` is negative or no number, or `metadata` is not an object of strings.
 */
export function withOptions<T extends object>(client: T, options: CallOptions): T {
  const channel = ClientStub.channelOf(client);
  if (channel === undefined) return client;
  checkOptions(options);
  const Stub = client.constructor as new (channel: Channel) => T;
  const stub = new Stub(channel.withOptions(options));
  shareProxy(stub, client);
  return stub;
}

/** A client whose calls are made without the event loop: what returns a promise in `T` returns its result here. */
export type Synchronous<T> = {
  [Name in keyof T]: T[Name] extends (...args: infer Args) => Promise<infer Result>
    ? (...args: Args) => Result
    : T[Name];
};

/**
 * The same client for code that cannot await: start-up code, getters, callbacks of other libraries. Its methods wait, with the event
 * loop standing still, and return the result or throw the `RpcError`. One-way methods stay as they are; the given client does too.
 * Options of `withOptions` hold, before or after; without `timeoutMs` a call waits as long as the peer lives.
 *
 * While a call waits, answers to other calls settle their promises, and calls of the peer are kept: their handlers start when the
 * code that made the call has ended, and what is more than `maxDeferredBytes` is refused. So a peer that calls back before it answers
 * is waited for until `timeoutMs` has passed, and so are two peers that call each other synchronously: give such calls one.
 *
 * Each call throws `unimplemented` where the transport cannot do this (of those that come with this library only `shm` can) and on a connection with
 * interceptors, which are asynchronous: open a second one without any for such calls. It throws `failedPrecondition`
 * inside the delivery of a message of the same connection, which is where a handler runs up to its first `await` and where the
 * listeners of its signal do.
 * @throws {RpcError} `invalidArgument` if `client` is no client: the methods of a local object cannot be waited for.
 */
export function synchronous<T extends object>(client: T): Synchronous<T> {
  const channel = ClientStub.channelOf(client);
  if (channel === undefined) {
    throw new RpcError(
      "invalidArgument",
      "synchronous: this is no client; pass what connection.client(…) returned",
    );
  }
  const Stub = client.constructor as new (channel: Channel) => Synchronous<T> & object;
  const stub = new Stub(channel.synchronous());
  shareProxy(stub, client);
  return stub;
}

const optionNames = {
  timeoutMs: true,
  signal: true,
  detached: true,
  metadata: true,
} satisfies OptionNames<CallOptions>;

function checkOptions(options: CallOptions): void {
  assertOptions("withOptions", options, optionNames);
  const { timeoutMs, signal, metadata } = options;
  if (signal !== undefined && !isAbortSignal(signal))
    throw new RpcError("invalidArgument", "withOptions: signal must be an AbortSignal");
  if (timeoutMs !== undefined && !(typeof timeoutMs === "number" && timeoutMs >= 0)) {
    throw new RpcError(
      "invalidArgument",
      `withOptions: timeoutMs must be 0 or more milliseconds, got ${timeoutMs}`,
    );
  }
  if (metadata === undefined) return;
  if (typeof metadata !== "object" || metadata === null || !isPlainObject(metadata)) {
    throw new RpcError("invalidArgument", "withOptions: metadata must be a plain object of strings");
  }
  for (const [name, value] of Object.entries(metadata)) {
    if (typeof value !== "string" || name === "__proto__" || !value.isWellFormed() || !name.isWellFormed()) {
      throw new RpcError(
        "invalidArgument",
        `withOptions: metadata ${JSON.stringify(name)} is no well-formed string`,
      );
    }
  }
}

function channelOf(stub: ClientStub): Channel {
  const channel = ClientStub.channelOf(stub);
  if (channel === undefined) {
    throw new RpcError(
      "invalidArgument",
      "a client's method was called without its client: write `client.method(…)`, or pass `(…) => client.method(…)`",
    );
  }
  return channel;
}
