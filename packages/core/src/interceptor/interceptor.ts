import type { ContextValues } from "../call/context-values.js";
import type { RpcError } from "../errors/rpc-error.js";
import type { PeerInfo } from "../transport/transport.js";

/** One call on its way through the interceptors. Pass `next({ ...call, … })` to change what comes after. */
export interface InterceptedCall {
  /** `client` where the call is made, `server` where it is carried out. */
  readonly side: "client" | "server";
  /** `Inventory` */
  readonly service: string;
  /** `get` */
  readonly method: string;
  /** `Inventory.get` */
  readonly label: string;
  /** `notify` is one-way; the result of a `stream` is an `AsyncIterable`. */
  readonly kind: "unary" | "notify" | "stream";
  /** The contract says that doing it twice does no more than doing it once. */
  readonly idempotent: boolean;
  /** At the server they have been checked; what an interceptor puts in their place is not checked there again. */
  readonly args: readonly unknown[];
  /** The text pairs that travel with the call. At the client an interceptor may add some; what it changes at the server nobody reads. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Aborts when the caller gives up, or its time is up; its reason is an `RpcError`. */
  readonly signal: AbortSignal;
  /** Milliseconds that the call may take, from its beginning; `Infinity` without a bound. At the client `next` can be given less. */
  readonly timeoutMs: number;
  /** Milliseconds that are left now. */
  readonly remaining: () => number;
  /** Who is at the other end. */
  readonly peer: PeerInfo;
  /** For the other interceptors of this call, and at the server for its handler: `callContext().values`. */
  readonly values: ContextValues;
  /**
   * At the server, for a call that is refused whatever the interceptors do (the peer may not make it): `next` rejects with it, and the
   * arguments are empty, since they were never read. For the audit.
   */
  readonly refusal: RpcError | undefined;
}

/**
 * Something that every call goes through, in either direction, of whatever kind. It calls `next` once, or several times to repeat the call, or
 * never to answer in its place, and gives what the caller is to get: the result (of a stream the iterable, of a one-way call nothing), or a
 * rejection.
 */
export type Interceptor = (
  call: InterceptedCall,
  next: (call: InterceptedCall) => Promise<unknown>,
) => Promise<unknown>;

/** Undefined for none at all, which costs a call nothing. */
export function anyOf(interceptors: readonly Interceptor[] = []): readonly Interceptor[] | undefined {
  return interceptors.length === 0 ? undefined : [...interceptors];
}
