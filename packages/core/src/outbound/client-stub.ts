import { assertMs } from "../errors/assert-ms.js";
import { assertOptions, type OptionNames } from "../errors/assert-options.js";
import { RpcError } from "../errors/rpc-error.js";
import { release, shareProxy } from "../references/shapes/handle.js";
import { isAbortSignal, isPlainObject } from "../runtime/brands.js";
import { markIdentity, unwrapped } from "../runtime/identity.js";
import type { CallOptions, Channel } from "../service/service.js";

/**
 * Base class of every generated client. Its only field is private, so that no method of a contract
 * can clash with it.
 */
export class ClientStub {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
    markIdentity(this);
  }

  /** Releases an object that was received by reference. Does nothing for a client of a service. */
  [Symbol.dispose](): void {
    release(this);
  }

  /** Does the same as `Symbol.dispose`. */
  async [Symbol.asyncDispose](): Promise<void> {
    release(this);
  }

  /**
   * Returns the channel of a stub, or undefined if the value is not a stub.
   * @internal
   */
  static channelOf(value: unknown): Channel | undefined {
    if (typeof value !== "object" || value === null) return undefined;
    if (#channel in value) return value.#channel;
    const stub = unwrapped(value);
    return #channel in stub ? stub.#channel : undefined;
  }
}

/** Returns the stream of a method, whose call is made when it is first read. For generated code. */
export function streaming<T>(stub: ClientStub, method: number, args: readonly unknown[]): T {
  return channelOf(stub).stream(method, args) as T;
}

/** Makes a call. For generated code. */
export function unary<T>(stub: ClientStub, method: number, args: readonly unknown[]): Promise<T> {
  let channel: Channel;
  try {
    channel = channelOf(stub);
  } catch (thrown) {
    return Promise.reject(thrown);
  }
  // A synchronous channel returns the result itself, or throws: see `synchronous`.
  return channel.unary(method, args) as Promise<T>;
}

/** Sends a one-way call. For generated code. */
export function notify(stub: ClientStub, method: number, args: readonly unknown[]): void {
  channelOf(stub).notify(method, args);
}

/**
 * Returns a client of the same service that applies the options to each of its calls. The given
 * client does not change. Options override those of an earlier `withOptions`, and metadata is
 * merged. An object that is not a client, such as a local implementation of the interface, is
 * returned unchanged, because no call goes out.
 * @throws {RpcError} `invalidArgument` if `timeoutMs` is negative or not a number, or if `metadata`
 * is not an object of strings.
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

/** A client with blocking calls: methods that return a promise in `T` return its result here. */
export type Synchronous<T> = {
  [Name in keyof T]: T[Name] extends (...args: infer Args) => Promise<infer Result>
    ? (...args: Args) => Result
    : T[Name];
};

/**
 * Returns a client of the same service for code that cannot await: start-up code, getters,
 * callbacks of other libraries. Its methods block the event loop until the call settles, and return
 * the result or throw the `RpcError`. One-way methods and the given client do not change. Options
 * of `withOptions` apply, set before or after. Without `timeoutMs` a call waits as long as the peer
 * lives.
 *
 * While a call blocks, answers to other calls settle their promises. Calls of the peer are queued
 * up to `maxDeferredBytes`, beyond which they are refused. Their handlers start when the code that
 * made the call has finished. So a peer that calls back before it answers is never answered, and
 * neither are two peers that call each other synchronously: set `timeoutMs` for such calls.
 *
 * A call throws `unimplemented` if the transport does not support this. Of the transports in this
 * library only `shm` does. It also throws `unimplemented` on a connection with interceptors, which
 * are asynchronous: open a second connection without interceptors. A call throws
 * `failedPrecondition` inside the delivery of a message of the same connection: in a handler before
 * its first `await`, and in listeners of its signal.
 * @throws {RpcError} `invalidArgument` if `client` is not a client: it is not possible to block on
 * a local object.
 */
export function synchronous<T extends object>(client: T): Synchronous<T> {
  const channel = ClientStub.channelOf(client);
  if (channel === undefined) {
    throw new RpcError(
      "invalidArgument",
      "synchronous: this is not a client; pass what connection.client(…) returned",
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
  if (timeoutMs !== undefined) assertMs("withOptions: timeoutMs", timeoutMs);
  if (metadata === undefined) return;
  if (typeof metadata !== "object" || metadata === null || !isPlainObject(metadata)) {
    throw new RpcError("invalidArgument", "withOptions: metadata must be a plain object of strings");
  }
  for (const [name, value] of Object.entries(metadata)) {
    if (typeof value !== "string" || name === "__proto__" || !value.isWellFormed() || !name.isWellFormed()) {
      throw new RpcError(
        "invalidArgument",
        `withOptions: metadata ${JSON.stringify(name)} is not a well-formed string`,
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
