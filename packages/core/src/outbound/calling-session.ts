import type { Interceptor } from "../interceptor/interceptor.js";
import type { References } from "../references/references.js";
import type { CallOptions, InFlightBudget } from "../service/service.js";
import type { TransportConnection } from "../transport/transport.js";
import type { Introduction } from "../wire/messages/handshake.js";
import type { OutboundCall } from "./outbound-calls.js";
import type { PendingCall } from "./pending-calls.js";

/** The part of a session that clients use for their calls. */
export interface CallingSession {
  readonly peer: Introduction;
  readonly endpoint: string;
  readonly transport: TransportConnection;
  readonly references: References;
  /** Budget for the listener calls that this side makes. */
  readonly listenerBudget: InFlightBudget;
  /** True while both sides accept calls. */
  readonly isOpen: boolean;
  /** True if the program has interceptors of its own. */
  readonly intercepted: boolean;
  /** Interceptors in effect now; undefined if there are none. */
  readonly interceptors: readonly Interceptor[] | undefined;
  /** Makes a call. The promise settles exactly once, also when the peer exits. */
  call(call: OutboundCall, options: CallOptions): Promise<unknown>;
  /**
   * Makes a call whose result can be called before it arrives. Its `pending` is undefined if the
   * call settled at once.
   */
  begin(
    call: OutboundCall,
    options: CallOptions,
  ): { readonly promise: Promise<unknown>; readonly pending: PendingCall | undefined };
  /** Returns true if the peer accepts calls on the result of this call. */
  canPipeline(base: PendingCall): boolean;
  /**
   * Makes a call and blocks the event loop until it settles. Other answers that arrive meanwhile
   * settle their promises. The peer's calls wait until the program returns to the event loop.
   * @throws {RpcError} the error that the promise of {@link call} would reject with;
   * `unimplemented` if the transport does not support this; `failedPrecondition` inside the
   * delivery of a message.
   */
  callSync(call: OutboundCall, options: CallOptions): unknown;
  /**
   * Sends a one-way call.
   * @throws {RpcError} `unavailable` if the connection ended, `resourceExhausted` if the arguments
   * are too large or too much is unconfirmed.
   */
  notify(call: OutboundCall, options: CallOptions): void;
  /** Reports an error that has no caller. */
  report(error: unknown, method?: string): void;
}
