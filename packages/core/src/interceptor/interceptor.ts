import type { ContextValues } from "../call/context-values.js";
import type { RpcError } from "../errors/rpc-error.js";
import type { PeerInfo } from "../transport/transport.js";

/**
 * One call on its way through the interceptors. Pass `next({ ...call, … })` to change what comes
 * after.
 */
export interface InterceptedCall {
  /** `client` where the call is made, `server` where it is handled. */
  readonly side: "client" | "server";
  /** `Inventory` */
  readonly service: string;
  /** `get` */
  readonly method: string;
  /** `Inventory.get` */
  readonly label: string;
  /** `notify` is one-way; the result of a `stream` is an `AsyncIterable`. */
  readonly kind: "unary" | "notify" | "stream";
  /** True if the contract says that calling it twice has the effect of calling it once. */
  readonly idempotent: boolean;
  /**
   * At the server they have been checked. Replacements by an interceptor are not checked there
   * again.
   */
  readonly args: readonly unknown[];
  /**
   * Text pairs that travel with the call. At the client an interceptor may add some. At the server
   * changes have no effect.
   */
  readonly metadata: Readonly<Record<string, string>>;
  /** Aborts when the caller gives up or the deadline passes; its reason is an `RpcError`. */
  readonly signal: AbortSignal;
  /**
   * Milliseconds that the call may take from its beginning; `Infinity` without a bound. At the
   * client `next` can be given less.
   */
  readonly timeoutMs: number;
  /** Returns the milliseconds that are left now. */
  readonly remaining: () => number;
  /** Identity of the other end. */
  readonly peer: PeerInfo;
  /**
   * Values for the other interceptors of this call, and at the server for its handler:
   * `callContext().values`.
   */
  readonly values: ContextValues;
  /**
   * Set at the server for a call that the peer may not make. `next` rejects with it whatever the
   * interceptors do, and the arguments are empty, because they were never read. For audits.
   */
  readonly refusal: RpcError | undefined;
}

/**
 * A function around every call, in either direction, of any kind. It calls `next` once, or several
 * times to repeat the call, or never to answer in its place. It returns the caller's result (for a
 * stream the iterable, for a one-way call nothing), or rejects.
 */
export type Interceptor = (
  call: InterceptedCall,
  next: (call: InterceptedCall) => Promise<unknown>,
) => Promise<unknown>;

/** Returns undefined for an empty list, so that calls skip interception. */
export function anyOf(interceptors: readonly Interceptor[] = []): readonly Interceptor[] | undefined {
  return interceptors.length === 0 ? undefined : [...interceptors];
}
