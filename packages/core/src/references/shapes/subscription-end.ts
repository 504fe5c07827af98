import type { RpcError } from "../../errors/rpc-error.js";

/** The end of a subscription. */
export interface SubscriptionEnd {
  /**
   * `subscriber`: it was disposed of. `service`: the service has ended it. `connection`: the
   * connection that it came by is over.
   */
  readonly by: "subscriber" | "service" | "connection";
  /** The error that ended it, if any. */
  readonly error?: RpcError | undefined;
}
